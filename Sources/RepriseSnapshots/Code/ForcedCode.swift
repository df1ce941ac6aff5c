import RepriseModel
import RepriseSystem

/// Files that are code although an ignore file names them.
extension CodeCapture {
    /// Asks the project's repositories anew what they track although it is ignored, if they or the rules changed since.
    /// True where it asked.
    func findForced(_ memory: inout CaptureMemory, _ ignore: IgnoreRules) async throws -> Bool {
        let isRuleNew = memory.rules != ignore.digest
        var repositories: [(folder: String, git: GitFolder)] = []
        if let git = project.git { repositories.append(("", git)) }
        for folder in memory.nested {
            if let git = try gitFolder(in: project.root + "/" + folder, files: files) {
                repositories.append((folder, git))
            }
        }
        let now = try repositories.map { "\($0.folder)=\(try stamp(of: $0.git.index, files))" }.joined(separator: "\n")
        guard isRuleNew || memory.projectStamp != now else { return false }
        var tracked: [String] = []
        for (folder, git) in repositories {
            tracked += try await trackedIgnored(in: folder, git, ignore)
        }
        memory.trackedIgnored = tracked
        memory.projectStamp = try tracked.allSatisfy { try isThere(pathBytes($0)) } ? now : nil
        return true
    }

    /// The files that the index lacks although they are to be taken whatever ignores them: what `code.include` names and,
    /// with `includingTracked`, what the project's git tracks.
    func forcedPaths(_ memory: CaptureMemory, includingTracked: Bool, _ place: CapturePlace) async throws -> [PathBytes]
    {
        var paths = try await included(["-o"], place)
        guard includingTracked else { return paths }
        let known = Set(paths)
        paths += try memory.trackedIgnored.map(pathBytes).filter { try !known.contains($0) && isThere($0) }
        return paths
    }

    /// What of the index is to stay whatever ignores it.
    func forcedEntries(_ memory: CaptureMemory, _ place: CapturePlace) async throws -> Set<PathBytes> {
        Set(try await included(["-c"], place)).union(memory.trackedIgnored.map(pathBytes))
    }

    private func included(_ what: [String], _ place: CapturePlace) async throws -> [PathBytes] {
        let included = rules.includedPaths(in: project.folder)
        if included.isEmpty { return [] }
        let arguments = ["ls-files", "-z"] + what + ["-x", ".reprise/", "--"] + included.map { ":(glob)" + $0 }
        let result = try await repository.run(
            arguments,
            index: place.index,
            tree: project.root,
            variables: ["GIT_LITERAL_PATHSPECS": nil]
        )
        return parse(result.output).paths
    }

    private func isThere(_ path: PathBytes) throws -> Bool {
        let kind = try trees.status(rootBytes + path, followingLinks: false)?.kind
        return kind == .file || kind == .link
    }

    /// What this repository tracks although an ignore file names it, less what a person left out for Reprise.
    private func trackedIgnored(in folder: String, _ git: GitFolder, _ ignore: IgnoreRules) async throws -> [String] {
        let tree = folder.isEmpty ? project.root : project.root + "/" + folder
        let variables: [String: String?] = ["GIT_DIR": git.folder, "GIT_INDEX_FILE": nil]
        let ask = { (arguments: [String]) in
            let command = ["-c", "core.fsmonitor=false", "ls-files", "-z", "-c", "-i"] + arguments
            let result = try await repository.run(command, tree: tree, variables: variables, isTolerant: true)
            // An index that this git cannot read forces nothing.
            return result.status == 0 ? parse(result.output).paths : []
        }
        let all = try await ask(ignore.arguments)
        if all.isEmpty { return [] }
        let left = Set(try await ask(ignore.ownArguments))
        let prefix = folder.isEmpty ? [] : pathBytes(folder) + [0x2F]
        return all.filter { !left.contains($0) }.map { pathText(prefix + $0) }
    }
}
