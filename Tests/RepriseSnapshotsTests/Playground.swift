import Foundation
import Glibc
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

/// A folder of its own for one test, with a store beside a project in it; gone afterwards.
struct Playground: ~Copyable {
    let folder: String
    let files = LiveFileSystem()
    let trees = LiveFileTree()
    let processes = LiveProcessRunner()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reprise-snapshots-\(UUID().uuidString)").path
        try files.makeFolder(folder + "/project/.reprise")
    }

    deinit {
        // A folder left over harms no later test.
        try? files.remove(folder)
    }

    var project: String { folder + "/project" }
    var store: String { project + "/.reprise" }

    var repository: SnapshotRepository {
        SnapshotRepository(path: store + "/snapshots.git", files: files, trees: trees, processes: processes)
    }

    func maker(store: String? = nil) -> SnapshotMaker {
        SnapshotMaker(
            store: store ?? self.store,
            files: files,
            trees: trees,
            processes: processes,
            host: LiveHost(),
            clock: LiveWallClock(),
            variables: ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        )
    }

    func overlay() -> OverlayMount {
        let facts = LiveHost().facts()
        return OverlayMount(files: files, trees: trees, processes: processes, user: facts.user, group: facts.group)
    }

    func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        let full = project + "/" + path
        try files.makeFolder(RepriseSystem.folder(of: full))
        try files.write(text, to: full, mode: mode)
    }

    @discardableResult
    func git(_ arguments: String..., in folder: String? = nil) async throws -> String {
        let name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always"]
        let surroundings: [String: String?] = ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"]
        let invocation = Invocation(
            "git",
            name + ["-c", "init.defaultBranch=main"] + arguments,
            folder: folder ?? project,
            variables: surroundings
        )
        return try await processes.succeed(invocation).text
    }

    func capture(
        _ rules: CodeRules = CodeRules(),
        folder: String = "",
        at second: Int64 = 0
    ) async throws -> CapturedCode {
        let place = try projectRoot(of: joinedPath(project, folder), store: store, files: files)
        let capture = CodeCapture(repository: repository, project: place, rules: rules, store: store)
        return try await capture.capture(now: Timestamp(milliseconds: second * 1000))
    }

    /// Mode and path of everything in the tree, as git lists it.
    func listing(_ code: CapturedCode) async throws -> [String] {
        let result = try await repository.run(["ls-tree", "-r", "-z", code.tree.tree])
        return result.output.split(separator: 0)
            .map { line in
                let text = pathText(Array(line))
                return text.prefix(6) + " " + text.drop { $0 != "\t" }.dropFirst()
            }
    }

    func content(_ code: CapturedCode, _ path: String) async throws -> [UInt8] {
        try await repository.run(["cat-file", "blob", "\(code.tree.tree):\(path)"]).output
    }

    private func joinedPath(_ left: String, _ right: String) -> String { right.isEmpty ? left : left + "/" + right }
}
