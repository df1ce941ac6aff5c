import Foundation
import Glibc
import RepriseModel
import RepriseSystem
import Testing

@Suite struct `Path bytes` {
    @Test(
        arguments: [
            [0x61, 0x2F, 0x62], [0xFF, 0x61], [0x5C, 0x78, 0x46, 0x46], [0xC3, 0xBC], [0xC3], [0xF0, 0x9F, 0x98, 0x80],
            [0xF0, 0x9F, 0x61], [0x0A], [],
        ] as [PathBytes]
    )
    func `come back from their text`(path: PathBytes) {
        #expect(pathBytes(pathText(path)) == path)
    }

    @Test func `read well where they are UTF-8, and say what they are where they are not`() {
        #expect(pathText(Array("ünï/x y".utf8)) == "ünï/x y")
        #expect(pathText([0x61, 0xFF, 0x0A]) == "a\\xFF\n")
        #expect(pathText(Array(#"a\b"#.utf8)) == #"a\\b"#)
    }
}

@Suite struct `Live file tree` {
    private let files = LiveFileSystem()
    private let trees = LiveFileTree()

    private func inFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-tree-\(UUID().uuidString)").path
        try files.makeFolder(folder)
        defer {
            // A folder left over harms no later test.
            try? files.remove(folder)
        }
        return try await body(folder)
    }

    @Test func `a walk meets everything, folders before what is in them`() async throws {
        try await inFolder { folder in
            try files.makeFolder(folder + "/a/b")
            try files.write("x", to: folder + "/a/b/c")
            try files.makeLink(folder + "/link", to: "a")
            let entries = try trees.walk(Array(folder.utf8), followingLinks: false, enters: { _ in true })
            let paths = entries.map { pathText($0.path) }
            #expect(paths.sorted() == ["a", "a/b", "a/b/c", "link"])
            #expect(try #require(paths.firstIndex(of: "a")) < #require(paths.firstIndex(of: "a/b")))
            let shallow = try trees.walk(Array(folder.utf8), followingLinks: false, enters: { _ in false })
            #expect(shallow.count == 2)
            let followed = try trees.walk(Array(folder.utf8), followingLinks: true, enters: { _ in true })
            #expect(followed.map { pathText($0.path) }.contains("link/b/c"))
        }
    }

    @Test func `a copy keeps contents, permissions and links, also below names of any bytes`() async throws {
        try await inFolder { folder in
            let strange = Array((folder + "/from/").utf8) + [0xFF]
            try trees.makeFolder(strange)
            try files.write("run", to: folder + "/from/go", mode: 0o755)
            try files.write("read", to: folder + "/from/shut", mode: 0o444)
            try files.makeLink(folder + "/from/link", to: "nowhere")
            try files.write(Array(repeating: 7, count: 300_000), to: folder + "/from/large")
            try trees.copy(Array((folder + "/from").utf8), to: Array((folder + "/to").utf8))
            #expect((try files.status(folder + "/to/go")?.mode ?? 0) & 0o100 != 0)
            #expect((try files.status(folder + "/to/shut")?.mode ?? 0) & 0o600 == 0o600)
            #expect(try files.linkTarget(folder + "/to/link") == "nowhere")
            #expect(try files.read(folder + "/to/large", limit: 1 << 20) == Array(repeating: 7, count: 300_000))
            let copied = try trees.status(Array((folder + "/to/").utf8) + [0xFF], followingLinks: false)
            #expect(copied?.kind == .folder)
        }
    }

    @Test func `a lock is held by one at a time, and free after an error`() async throws {
        try await inFolder { folder in
            let lock = folder + "/lock"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await trees.locked(lock) {
                            let isFirst = try files.create(folder + "/held", bytes: [], mode: 0o644)
                            #expect(isFirst)
                            try await Task.sleep(for: .milliseconds(1))
                            try files.remove(folder + "/held")
                        }
                    }
                }
                try await group.waitForAll()
            }
            await #expect(throws: Mistake.self) { try await trees.locked(lock) { throw Mistake("stop", code: "stop") } }
            #expect(try await trees.locked(lock) { 1 } == 1)
        }
    }

    @Test func `git's name of a file is the one that git gives`() {
        #expect(gitObjectName(kind: "blob", content: []) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        #expect(gitObjectName(kind: "tree", content: []) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    }
}
