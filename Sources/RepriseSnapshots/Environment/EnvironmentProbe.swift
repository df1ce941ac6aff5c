import OrderedCollections
import RepriseModel
import RepriseSystem

/// What a look at the host's software found.
package struct EnvironmentReading: Hashable, Sendable {
    /// Goes into the snapshot: versions, never paths, so that the same software elsewhere is the same environment.
    package var fingerprint: EnvironmentFingerprint
    /// Goes into the machine's record: where the programs lie.
    package var places: Mapping
}

/// Takes the fingerprint of the host environment: system, C library, the programs that the commands start with their
/// versions, an interpreter's packages, and the variables that change how numbers come out.
///
/// A program is asked for its version once and again only when its file changes, so that an unchanged environment costs
/// no process. Packages are read from their folders' names each time; nothing is imported.
package struct EnvironmentProbe: Sendable {
    let files: any FileSystem
    let processes: any ProcessRunner
    let host: any HostProbe
    /// The variables that the run will see from this process.
    let variables: [String: String]
    /// A file in the store that remembers versions.
    let memory: String

    package init(
        files: any FileSystem,
        processes: any ProcessRunner,
        host: any HostProbe,
        variables: [String: String],
        memory: String
    ) {
        self.files = files
        self.processes = processes
        self.host = host
        self.variables = variables
        self.memory = memory
    }

    /// `folder` is where the commands run from, for scripts named by a relative path; `declared` are the experiment's
    /// own variables, which win over those of this process.
    package func read(
        commands: [Command],
        folder: String,
        declared: [String: String] = [:]
    ) async throws -> EnvironmentReading {
        let seen = variables.merging(declared) { $1 }
        let search = ProgramSearch(files: files, path: seen["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", folder: folder)
        var known = ProgramMemory(memory, files)
        var facts: [String: Value] = systemFacts()
        var places: [String: Value] = [:]
        for name in RepriseSnapshots.programs(of: commands) {
            for program in interpreted(name, search) {
                let found = try await software(program, search, seen, &known)
                facts.merge(found.facts) { first, _ in first }
                places.merge(found.places) { first, _ in first }
            }
        }
        facts.merge(variableFacts(seen)) { $1 }
        try known.save(files)
        return EnvironmentReading(
            fingerprint: EnvironmentFingerprint(kind: "host", facts: sorted(facts)),
            places: sorted(places)
        )
    }

    private func systemFacts() -> [String: Value] {
        let host = host.facts()
        var facts: [String: Value] = ["architecture": .string(host.architecture), "libc": .string(host.library)]
        facts["system"] = .string(systemName(files) ?? host.system)
        return facts
    }

    /// The program itself, or the one that its first line names and itself as a script of the code.
    private func interpreted(_ name: String, _ search: ProgramSearch) -> [String] {
        interpreter(ofScript: name, search).map { [$0] } ?? [name]
    }

    private func interpreter(ofScript name: String, _ search: ProgramSearch) -> String? {
        guard name.contains("/"), !name.hasPrefix("/"), let path = search.find(name),
            let start = try? files.read(path, offset: 0, count: 256)
        else { return nil }
        return scriptInterpreter(start)
    }

    /// The program that a script of the code in `folder` names in its first line; nil for everything else.
    package func interpreter(ofScript name: String, in folder: String) -> String? {
        interpreter(ofScript: name, ProgramSearch(files: files, path: "", folder: folder))
    }

    private func variableFacts(_ seen: [String: String]) -> [String: Value] {
        var facts: [String: Value] = [:]
        for (name, value) in seen where isTold(name) { facts["variable." + name] = .string(value) }
        return facts
    }

}

/// Whether a variable may change how numbers come out, and holds no secret.
func isTold(_ name: String) -> Bool {
    let upper = name.uppercased()
    if secretWords.contains(where: upper.contains) { return false }
    return toldVariables.contains(name) || toldPrefixes.contains(where: name.hasPrefix)
}

func sorted(_ facts: [String: Value]) -> Mapping {
    var mapping: Mapping = [:]
    for key in facts.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { mapping[key] = facts[key] }
    return mapping
}

/// `Debian GNU/Linux 12 (bookworm)`, as the system calls itself.
func systemName(_ files: any FileSystem) -> String? {
    for path in ["/etc/os-release", "/usr/lib/os-release"] {
        // A system without such a file has only its kernel's name.
        guard let text = try? files.text(path) else { continue }
        for line in text.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            return String(line.dropFirst(12)).trimmingQuotes
        }
    }
    return nil
}

extension String {
    var trimmingQuotes: String {
        count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}

package func programs(of commands: [Command]) -> [String] {
    var names: [String] = []
    for name in commands.flatMap(programs(of:)) where !names.contains(name) { names.append(name) }
    return names
}

private let toldVariables: Set<String> = [
    "LANG", "LANGUAGE", "TZ", "PYTHONPATH", "PYTHONHOME", "PYTHONHASHSEED", "PYTHONOPTIMIZE", "LD_LIBRARY_PATH",
    "LD_PRELOAD", "CUDA_VISIBLE_DEVICES", "NVIDIA_TF32_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG", "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS", "TOKENIZERS_PARALLELISM", "MALLOC_ARENA_MAX", "R_LIBS", "R_LIBS_USER",
    "JULIA_NUM_THREADS", "JULIA_PROJECT", "NODE_OPTIONS", "NODE_ENV", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
    "SOURCE_DATE_EPOCH",
]
private let toldPrefixes = [
    "LC_", "OMP_", "KMP_", "MKL_", "OPENBLAS_", "GOTO_", "BLIS_", "CUDA_", "HIP_", "ROCR_", "TF_CUDNN_",
]
private let secretWords = ["TOKEN_", "_TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "PRIVATE"]
