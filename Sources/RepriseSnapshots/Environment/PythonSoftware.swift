import RepriseModel
import RepriseSystem

extension EnvironmentProbe {
    /// Version and packages of a Python. The interpreter is asked where it looks for packages; their names and versions
    /// stand in the names of their folders.
    func python(
        _ name: String,
        _ path: String,
        _ resolved: String,
        _ search: ProgramSearch,
        _ seen: [String: String],
        _ known: inout ProgramMemory
    ) async throws -> Software {
        var state = ["python", path, try stamp(of: resolved, files)]
        for variable in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_VERSION", "HOME", "PATH"] {
            state.append(seen[variable] ?? "")
        }
        state += try chosenVersion(path, search)
        // Set in a virtual environment beside the link that starts it.
        let setting = RepriseSystem.folder(of: RepriseSystem.folder(of: path)) + "/pyvenv.cfg"
        state.append(try stamp(of: setting, files))
        let key = state.joined(separator: "|")
        var lines = await ask(path, ["-c", question], key, folder: search.folder, &known)
        if let program = lines.first, lines.count > 5, try !files.exists(program) {
            known[key] = nil
            lines = await ask(path, ["-c", question], key, folder: search.folder, &known)
        }
        guard lines.count > 5 else {
            return Software(facts: ["interpreter": .string(name), "interpreter.version": "unknown"])
        }
        var found = Software()
        found.facts["interpreter"] = .string(lines[1])
        found.facts["interpreter.version"] = .string(lines[2])
        found.places["interpreter.path"] = .string(lines[0])
        found.places["interpreter.prefix"] = .string(lines[3])
        if lines[3] != lines[4] { found.places["interpreter.base"] = .string(lines[4]) }
        if let conda = seen["CONDA_PREFIX"] { found.places["conda.prefix"] = .string(conda) }
        for folder in lines[5...] {
            for (package, version) in packages(in: folder) where found.facts["package." + package] == nil {
                found.facts["package." + package] = .string(version)
            }
        }
        return found
    }

    /// Packages by name. The first folder of the search path wins, as it does for Python.
    private func packages(in folder: String) -> [(name: String, version: String)] {
        // A folder of the search path need not exist.
        guard let names = try? files.names(in: folder) else { return [] }
        return RepriseSnapshots.packages(named: names)
    }

    /// What decides which Python stands behind a shim: files that name a version, up from where the command runs.
    private func chosenVersion(_ path: String, _ search: ProgramSearch) throws -> [String] {
        guard path.contains("/shims/") else { return [] }
        var stamps: [String] = []
        var folder = search.folder
        while folder != "/", folder != "." {
            for name in [".python-version", ".tool-versions"] {
                stamps.append(try stamp(of: folder + "/" + name, files))
            }
            folder = RepriseSystem.folder(of: folder)
        }
        let root = RepriseSystem.folder(of: RepriseSystem.folder(of: path))
        return stamps + [try stamp(of: root + "/version", files)]
    }
}

func isPython(_ name: String) -> Bool {
    let rest = name.hasPrefix("python") ? name.dropFirst(6) : name.hasPrefix("pypy") ? name.dropFirst(4) : "x"
    return rest.allSatisfy { $0.isNumber || $0 == "." }
}

/// Packages by name, from `NAME-VERSION.dist-info` and `.egg-info` among the names of files and folders.
func packages(named names: some Sequence<String>) -> [(name: String, version: String)] {
    names.compactMap { name in
        for ending in [".dist-info", ".egg-info"] where name.hasSuffix(ending) {
            let parts = name.dropLast(ending.count).split(separator: "-")
            guard parts.count >= 2 else { return nil }
            let package = parts[0].lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 }
            return (String(package), String(parts[1]))
        }
        return nil
    }
}

/// Prints the program, implementation, version, prefixes and then the search path, a line each.
private let question = """
    import sys
    sys.stdout.write("\\n".join([sys.executable, sys.implementation.name, sys.version.replace("\\n", " "), sys.prefix, \
    sys.base_prefix] + [p for p in sys.path if p]) + "\\n")
    """
