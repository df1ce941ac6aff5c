import OrderedCollections
import RepriseModel
import RepriseSystem

/// What differs between two snapshots.
package struct SnapshotComparison: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package enum Change: String, Hashable, Sendable { case added, removed, changed, mode, kind }

        /// Below the tree's root, as `pathText` writes it.
        package var path: String
        package var change: Change
    }

    /// A fact or data item on both sides; nil where one side has none.
    package struct Fact: Hashable, Sendable {
        package var name: String
        package var left: String?
        package var right: String?
    }

    package var files: [File]
    package var emptyFolders: [Fact]
    package var data: [Fact]
    package var environment: [Fact]

    package var isSame: Bool { files.isEmpty && emptyFolders.isEmpty && data.isEmpty && environment.isEmpty }
}

extension SnapshotMaker {
    /// What it takes to get from the first to the second.
    package func compare(_ left: SnapshotManifest, _ right: SnapshotManifest) async throws -> SnapshotComparison {
        let folders = differences(
            Dictionary(uniqueKeysWithValues: Set(left.code.emptyFolders).map { ($0, "empty folder") }),
            Dictionary(uniqueKeysWithValues: Set(right.code.emptyFolders).map { ($0, "empty folder") })
        )
        return SnapshotComparison(
            files: try await files(left.code.tree, right.code.tree),
            emptyFolders: folders,
            data: differences(contents(left), contents(right)),
            environment: differences(facts(left), facts(right))
        )
    }

    /// The differences between the two trees as a unified diff; of one file only, where a path is given.
    package func difference(
        _ left: SnapshotManifest,
        _ right: SnapshotManifest,
        path: String? = nil
    ) async throws -> String {
        let arguments = ["diff-tree", "-r", "-p", "--no-color", "--no-ext-diff", "--no-renames"]
        let trees = [left.code.tree, right.code.tree]
        return try await repository.run(arguments + trees + (path.map { ["--", $0] } ?? [])).text
    }

    private func files(_ left: String, _ right: String) async throws -> [SnapshotComparison.File] {
        if left == right { return [] }
        let output = try await repository.run(["diff-tree", "-r", "-z", "--no-renames", left, right]).output
        let fields = output.split(separator: 0)
        return stride(from: 0, to: fields.count - 1, by: 2)
            .map { index in
                let head = String(decoding: fields[index].dropFirst(), as: UTF8.self).split(separator: " ")
                return .init(path: pathText(fields[index + 1]), change: change(head))
            }
    }

    /// Of `100644 100755 <name> <name> M`.
    private func change(_ head: [Substring]) -> SnapshotComparison.File.Change {
        guard head.count == 5 else { return .changed }
        switch head[4] {
        case "A": return .added
        case "D": return .removed
        case "T": return .kind
        default: return head[2] == head[3] ? .mode : .changed
        }
    }

    private func contents(_ manifest: SnapshotManifest) -> [String: String] {
        Dictionary(
            manifest.data.map {
                ($0.name, DataContent(digest: $0.digest, bytes: $0.bytes, files: $0.files).description)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func facts(_ manifest: SnapshotManifest) -> [String: String] {
        var facts = ["kind": manifest.environment.kind]
        for (name, value) in manifest.environment.facts { facts[name] = value.text }
        for (step, environment) in manifest.steps ?? [:] {
            facts["\(step): kind"] = environment.kind
            for (name, value) in environment.facts { facts["\(step): \(name)"] = value.text }
        }
        return facts
    }

    private func differences(_ left: [String: String], _ right: [String: String]) -> [SnapshotComparison.Fact] {
        Set(left.keys).union(right.keys).sorted().filter { left[$0] != right[$0] }
            .map { .init(name: $0, left: left[$0], right: right[$0]) }
    }
}
