import RepriseModel
import RepriseSystem

extension CodeCapture {
    /// Fetches the history of the project's commit, once for each commit.
    ///
    /// History is a comfort: a project whose history cannot be read (a partial clone away from its server, another hash)
    /// is captured without.
    func fetchHistory(_ memory: inout CaptureMemory, _ place: CapturePlace) async throws {
        guard let git = project.git, let commit = try headCommit(of: git, files: files), memory.history != commit else {
            return
        }
        try await fetch(commit, git, &memory, place)
    }

    /// The project's commit, and whether the tree differs from it.
    func standing(of tree: String, _ memory: CaptureMemory) async throws -> (commit: String?, isDirty: Bool) {
        guard let git = project.git, let commit = try headCommit(of: git, files: files) else { return (nil, false) }
        guard memory.history == commit, let clean = memory.historyTree else { return (commit, true) }
        if clean == tree { return (commit, false) }
        return (commit, memory.nested.isEmpty ? true : try await differs(clean, tree))
    }

    private func fetch(
        _ commit: String,
        _ git: GitFolder,
        _ memory: inout CaptureMemory,
        _ place: CapturePlace
    ) async throws {
        let isShallow = try files.exists(git.common + "/shallow")
        let name = place.folder.split(separator: "/").last ?? "project"
        var arguments = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"]
        if isShallow { arguments.append("--update-shallow") }
        arguments += ["--", project.root, "+\(commit):refs/reprise/history/\(name)"]
        guard try await repository.run(arguments, isTolerant: true).status == 0 else { return }
        let tree = try await repository.run(["rev-parse", "--verify", "\(commit)^{tree}"])
        memory.history = commit
        memory.historyTree = String(decoding: tree.output.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Whether the trees differ outside repositories inside, which the project's git keeps as a commit's name alone.
    private func differs(_ clean: String, _ tree: String) async throws -> Bool {
        let output = try await repository.run(["diff-tree", "-r", "-z", "--no-renames", clean, tree]).output
        let fields = output.split(separator: 0)
        var links: [PathBytes] = []
        var others: [PathBytes] = []
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let path = Array(fields[index + 1])
            if fields[index].starts(with: ":160000 ".utf8) { links.append(path + [0x2F]) } else { others.append(path) }
        }
        return others.contains { path in !links.contains { path.starts(with: $0) } }
    }
}
