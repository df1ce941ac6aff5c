import RepriseModel
import RepriseSystem

/// Facts about one program that a command starts.
struct Software {
    var facts: [String: Value] = [:]
    var places: [String: Value] = [:]
}

extension EnvironmentProbe {
    func software(
        _ name: String,
        _ search: ProgramSearch,
        _ seen: [String: String],
        _ known: inout ProgramMemory
    ) async throws -> Software {
        let short = name.split(separator: "/").last.map(String.init) ?? name
        guard let path = search.find(name) else { return Software(facts: ["program.\(short)": "missing"]) }
        // A script of the code is in the code.
        if name.contains("/"), !name.hasPrefix("/") { return Software() }
        let resolved = search.resolved(path)
        if isPython(short) { return try await python(short, path, resolved, search, seen, &known) }
        var found = Software(places: ["program.\(short)": .string(resolved)])
        if let question = versionQuestion(short) {
            let state = [path, try stamp(of: resolved, files), seen["PATH"] ?? ""].joined(separator: "|")
            let lines = await ask(path, question, "version|" + state, folder: search.folder, &known)
            found.facts["program.\(short)"] = .string(lines.first.map { String($0.prefix(200)) } ?? "unknown")
        } else {
            found.facts["program.\(short)"] = .string(try digest(of: resolved, &known))
        }
        return found
    }

    /// The first lines that the program answers; what it answered last, if nothing that `state` names has changed.
    func ask(
        _ program: String,
        _ arguments: [String],
        _ state: String,
        folder: String,
        _ known: inout ProgramMemory
    ) async -> [String] {
        if let lines = known[state] { return lines }
        let invocation = Invocation(program, arguments, folder: folder, variables: ["LC_ALL": "C"], limit: 1 << 20)
        // A program that will not tell its version is no reason not to run it.
        guard let result = try? await processes.run(invocation), result.status == 0 else { return [] }
        let output = result.output.isEmpty ? result.errors : result.output
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        known[state] = lines
        return lines
    }

    /// `sha256:…` for a program of which nobody knows how to ask its version.
    private func digest(of path: String, _ known: inout ProgramMemory) throws -> String {
        let state = "digest|\(path)|\(try stamp(of: path, files))"
        if let text = known[state]?.first { return text }
        let text = "sha256:\(try files.digest(path).digest)"
        known[state] = [text]
        return text
    }
}

/// `gcc-12` is asked as `gcc` is.
private func family(_ name: String) -> String {
    String(name.split(separator: "-").first ?? "").filter { !$0.isNumber && $0 != "." }
}

/// The arguments with which a program tells its version; nil where nobody knows.
func versionQuestion(_ name: String) -> [String]? { questions[family(name)] }

private let questions: [String: [String]] = [
    "bash": ["--version"], "zsh": ["--version"], "Rscript": ["--version"], "R": ["--version"], "julia": ["--version"],
    "node": ["--version"], "nodejs": ["--version"], "npm": ["--version"], "deno": ["--version"], "bun": ["--version"],
    "perl": ["-e", "print $^V"], "ruby": ["--version"], "php": ["--version"], "lua": ["-v"], "octave": ["--version"],
    "java": ["-version"], "javac": ["-version"], "scala": ["-version"], "gcc": ["--version"], "g++": ["--version"],
    "cc": ["--version"], "c++": ["--version"], "clang": ["--version"], "clang++": ["--version"],
    "gfortran": ["--version"], "nvcc": ["--version"], "rustc": ["--version"], "cargo": ["--version"],
    "go": ["version"], "swift": ["--version"], "swiftc": ["--version"], "make": ["--version"], "cmake": ["--version"],
    "ghc": ["--version"], "dotnet": ["--version"], "awk": ["--version"], "gawk": ["--version"],
]
