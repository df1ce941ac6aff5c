import Glibc
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Data capture` {
    /// A clock so far ahead that everything hashed counts as settled at once.
    private func capture(_ ground: borrowing Playground) -> DataCapture {
        DataCapture(
            cache: ground.store + "/cache/data",
            files: ground.files,
            trees: ground.trees,
            clock: FixedClock(milliseconds: 4_000_000_000_000)
        )
    }

    @Test func `a file's digest is the SHA-256 of its content`() async throws {
        let ground = try Playground()
        try ground.write("abc", to: "a.csv")
        let item = try await capture(ground).digest(name: "a", path: ground.project + "/a.csv")
        #expect(item.digest.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(item.bytes == 3 && item.files == 1 && !item.isFolder)
    }

    @Test func `a folder's digest is the one that its definition gives`() async throws {
        let ground = try Playground()
        try ground.write("abc", to: "d/b")
        try ground.write("", to: "d/a/x y")
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let text = "reprise data folder 1\n\(empty) 0 5 a/x y\n\(abc) 3 1 b\n"
        let item = try await capture(ground).digest(name: "d", path: ground.project + "/d")
        #expect(item.digest == SHA256Hasher.digest(of: text.utf8))
        #expect(item.files == 2 && item.isFolder && item.bytes == 3)
    }

    @Test func `any change of content or name gives another digest, a new time does not`() async throws {
        let ground = try Playground()
        for name in ["a", "b", "c/d"] { try ground.write(name, to: "d/" + name) }
        let path = ground.project + "/d"
        let data = capture(ground)
        let first = try await data.digest(name: "d", path: path)
        try ground.write("a", to: "d/a")
        #expect(try await data.digest(name: "d", path: path) == first)
        var seen: Set<Digest> = [first.digest]
        try ground.write("A", to: "d/a")
        seen.insert(try await data.digest(name: "d", path: path).digest)
        try ground.files.rename(path + "/b", to: path + "/e")
        seen.insert(try await data.digest(name: "d", path: path).digest)
        try ground.files.remove(path + "/c")
        seen.insert(try await data.digest(name: "d", path: path).digest)
        #expect(seen.count == 4)
    }

    @Test func `what looks unchanged is not read again`() async throws {
        let ground = try Playground()
        for number in 0..<20 { try ground.write("\(number)", to: "d/\(number)") }
        let path = ground.project + "/d"
        let first = try await capture(ground).digest(name: "d", path: path)
        let blind = DataCapture(
            cache: ground.store + "/cache/data",
            files: ground.files,
            trees: UnreadableTree(inner: ground.trees),
            clock: FixedClock(milliseconds: 4_000_000_000_000)
        )
        #expect(try await blind.digest(name: "d", path: path) == first)
        try ground.write("x", to: "d/7")
        await #expect(throws: FileError.self) { try await blind.digest(name: "d", path: path) }
    }

    @Test func `a file written a moment before it was hashed is read again`() async throws {
        let ground = try Playground()
        try ground.write("one", to: "a")
        let path = ground.project + "/a"
        let now = (try ground.files.status(path)?.modified ?? 0) / 1_000_000 + 500
        let clock = FixedClock(milliseconds: now)
        let cache = ground.store + "/cache/data"
        let first = DataCapture(cache: cache, files: ground.files, trees: ground.trees, clock: clock)
        _ = try await first.digest(name: "a", path: path)
        let blind = DataCapture(
            cache: cache,
            files: ground.files,
            trees: UnreadableTree(inner: ground.trees),
            clock: clock
        )
        await #expect(throws: FileError.self) { try await blind.digest(name: "a", path: path) }
    }

    @Test func `links are followed, loops, sockets and links to nowhere are refused`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "real/x")
        try ground.files.makeFolder(ground.project + "/d")
        try ground.files.makeLink(ground.project + "/d/linked", to: "../real")
        let data = capture(ground)
        #expect(try await data.digest(name: "d", path: ground.project + "/d").files == 1)
        try ground.files.makeLink(ground.project + "/d/nowhere", to: "gone")
        await #expect(throws: FileError.self) { try await data.digest(name: "d", path: ground.project + "/d") }
        try ground.files.remove(ground.project + "/d/nowhere")
        try ground.files.makeLink(ground.project + "/d/loop", to: ".")
        await #expect(throws: FileError.self) { try await data.digest(name: "d", path: ground.project + "/d") }
        try ground.files.remove(ground.project + "/d/loop")
        #expect(mkfifo(ground.project + "/d/pipe", 0o600) == 0)
        await #expect(throws: DataError.self) { try await data.digest(name: "d", path: ground.project + "/d") }
    }

    @Test func `a check names what changed and what is gone`() async throws {
        let ground = try Playground()
        for name in ["same", "changed", "gone"] { try ground.write(name, to: name) }
        let data = capture(ground)
        var items: [DataItem] = []
        for name in ["same", "changed", "gone"] {
            items.append(try await data.digest(name: name, path: ground.project + "/" + name))
        }
        #expect(try await data.check(items).isEmpty)
        try ground.write("other", to: "changed")
        try ground.files.remove(ground.project + "/gone")
        let changes = try await data.check(items)
        #expect(changes.map(\.item.name) == ["changed", "gone"])
        #expect(changes.map { $0.found?.bytes } == [5, nil])
    }

    @Test func `a cache that is cut short or garbage costs a second look and nothing else`() async throws {
        let ground = try Playground()
        try ground.write("content", to: "a")
        let data = capture(ground)
        let first = try await data.digest(name: "a", path: ground.project + "/a")
        let folder = ground.store + "/cache/data"
        let file = folder + "/" + (try ground.files.names(in: folder).first ?? "")
        let whole = try ground.files.read(file, limit: 1 << 20)
        #expect(DataCache(whole)?.content == whole)
        for length in [0, 5, whole.count / 2, whole.count - 1] {
            try ground.files.write(Array(whole.prefix(length)), to: file)
            #expect(try await data.digest(name: "a", path: ground.project + "/a") == first)
        }
    }

    @Test func `data are locked on first use, and a change is refused until it is accepted`() async throws {
        let ground = try Playground()
        try ground.write("one", to: "train.csv")
        let data = capture(ground)
        let request = [DataRequest(name: "train", path: "train.csv")]
        let first = try await data.capture(request, in: ground.project)
        let lock = try ground.files.text(ground.project + "/reprise.lock")
        #expect(lock.contains(first[0].digest.description))
        try ground.write("two", to: "train.csv")
        let error = await #expect(throws: DataError.self) { try await data.capture(request, in: ground.project) }
        #expect(error?.fix?.contains("`reprise data add EXPERIMENT train`") == true)
        #expect(error?.why?.contains(first[0].digest.description) == true)
        #expect(try ground.files.text(ground.project + "/reprise.lock") == lock)
        let second = try await data.capture(request, in: ground.project, accepting: ["train"])
        #expect(try DataLock(in: ground.project, files: ground.files).entries["train.csv"]?.digest == second[0].digest)
        #expect(try await data.capture(request, in: ground.project) == second)
    }

    @Test func `missing data, a pinned digest and a broken lock have messages of their own`() async throws {
        let ground = try Playground()
        let data = capture(ground)
        let missing = await #expect(throws: DataError.self) {
            try await data.capture([DataRequest(name: "x", path: "nowhere")], in: ground.project)
        }
        #expect(missing?.code == "data-missing")
        try ground.write("one", to: "a")
        let pinned = DataRequest(name: "a", path: "a", digest: SHA256Hasher.digest(of: [1]))
        await #expect(throws: DataPinned.self) { try await data.capture([pinned], in: ground.project) }
        try ground.write("{]", to: "reprise.lock")
        let broken = await #expect(throws: DataError.self) {
            try await data.capture([DataRequest(name: "a", path: "a")], in: ground.project)
        }
        #expect(broken?.code == "data-lock-unreadable")
    }
}

struct FixedClock: WallClock {
    var milliseconds: Int64
    func now() -> Timestamp { Timestamp(milliseconds: milliseconds) }
}

/// A tree whose files can be looked at and not read.
struct UnreadableTree: FileTree {
    let inner: LiveFileTree

    func status(_ path: PathBytes, followingLinks: Bool) throws(FileError) -> FileStatus? {
        try inner.status(path, followingLinks: followingLinks)
    }
    func walk(
        _ folder: PathBytes,
        followingLinks: Bool,
        enters: (PathBytes) -> Bool
    ) throws(FileError) -> [TreeEntry] {
        try inner.walk(folder, followingLinks: followingLinks, enters: enters)
    }
    func start(of path: PathBytes, limit: Int) throws(FileError) -> [UInt8] { throw refusal(path) }
    func makeFolder(_ path: PathBytes) throws(FileError) { try inner.makeFolder(path) }
    func makeDraft(of path: String) throws(FileError) -> String { try inner.makeDraft(of: path) }
    func linkTarget(_ path: PathBytes) throws(FileError) -> PathBytes { try inner.linkTarget(path) }
    func digest(_ path: PathBytes) throws(FileError) -> (digest: Digest, bytes: Int64) { throw refusal(path) }
    func copy(_ folder: PathBytes, to newFolder: PathBytes) throws(FileError) { throw refusal(folder) }
    func sharesBlocks(_ folder: String) -> Bool { false }
    func locked<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result { try await body() }

    private func refusal(_ path: PathBytes) -> FileError {
        FileError(operation: "read", path: pathText(path), reason: .denied, message: "not to be read")
    }
}
