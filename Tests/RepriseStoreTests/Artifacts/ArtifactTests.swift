import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Artifacts of runs and others` {
    private let files = LiveFileSystem()

    private func put(_ text: String, at path: String, in store: Store) async throws {
        let upload = try store.objects.upload()
        for piece in text.split(separator: "|") { try upload.append(Array(piece.utf8)) }
        try await store.putArtifact(try upload.finish(), at: ArtifactPath(path))
    }

    private func text(at path: String, in store: Store) throws -> String? {
        guard case .file(let object) = try store.artifact(at: ArtifactPath(path)) else { return nil }
        let bytes = try store.objects.read(object.digest, offset: 0, count: Int(object.bytes) + 1)
        #expect(Int64(bytes.count) == object.bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func names(in path: String, of store: Store) throws -> [String] {
        try store.artifacts(in: ArtifactPath(path)).map { $0.name + ($0.bytes.map { " \($0)" } ?? "/") }
    }

    @Test func `what lies below a run is an output of that run, and the last put wins`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let store = fixture.store
        let root = "1/\(request.id)/artifacts"
        try await put("one|two", at: "\(root)/model/weights.bin", in: store)
        try await put("new", at: "\(root)/model/weights.bin", in: store)
        try await put("same", at: "elsewhere/\(request.id)/artifacts/a b+%.txt", in: store)
        #expect(try store.outputs(request.id).map(\.path) == ["a b+%.txt", "model/weights.bin"])
        #expect(try text(at: "\(root)/model/weights.bin", in: store) == "new")
        #expect(try text(at: "\(root)/a b+%.txt", in: store) == "same")
        #expect(try store.artifact(at: ArtifactPath("\(root)/model")) == .folder)
        #expect(try store.artifact(at: ArtifactPath("\(root)/mod")) == .nothing)
        #expect(try store.artifact(at: ArtifactPath(root)) == .folder)
        let others = try fixture.store.read { try SQLQuery.number($0, "SELECT count(*) FROM artifact") }
        #expect(others == 0)
    }

    @Test func `a folder lists its own names, however deep and odd what lies below`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let store = fixture.store
        let root = "1/\(request.id)/artifacts"
        for path in ["a/b/c", "a/b/d", "a.txt", "a0", "ab", "ä/\u{301}x", "z"] {
            try await put("x", at: "\(root)/\(path)", in: store)
        }
        for path in ["models/m-1/artifacts/MLmodel", "models/m-2", "1/traces/t", "100%"] {
            try await put("yy", at: path, in: store)
        }
        #expect(try names(in: root, of: store) == ["a/", "a.txt 1", "a0 1", "ab 1", "z 1", "ä/"])
        #expect(try names(in: root + "/a", of: store) == ["b/"])
        #expect(try names(in: root + "/a/b", of: store) == ["c 1", "d 1"])
        #expect(try names(in: root + "/ä", of: store) == ["\u{301}x 1"])
        #expect(try names(in: root + "/a.txt", of: store) == [])
        #expect(try names(in: "models", of: store) == ["m-1/", "m-2 2"])
        #expect(try names(in: "", of: store) == ["1/", "100% 2", "models/"])
        #expect(try names(in: "1", of: store) == ["\(request.id)/", "traces/"])
        #expect(try names(in: "1/\(request.id)", of: store) == ["artifacts/"])
        #expect(try names(in: "nowhere", of: store) == [])
    }

    @Test func `deletion takes the file, or the folder with everything in it, and nothing beside it`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let store = fixture.store
        let root = "1/\(request.id)/artifacts"
        for path in ["a/b", "a/c/d", "a.txt", "a0", "b"] { try await put("x", at: "\(root)/\(path)", in: store) }
        try await put("x", at: "models/m/a", in: store)
        #expect(try await store.deleteArtifacts(at: ArtifactPath("\(root)/a")) == 2)
        #expect(try names(in: root, of: store) == ["a.txt 1", "a0 1", "b 1"])
        #expect(try await store.deleteArtifacts(at: ArtifactPath("\(root)/b")) == 1)
        #expect(try await store.deleteArtifacts(at: ArtifactPath("\(root)/b")) == 0)
        #expect(try await store.deleteArtifacts(at: ArtifactPath(root)) == 2)
        #expect(try store.outputs(request.id).isEmpty)
        #expect(try await store.deleteArtifacts(at: ArtifactPath("models")) == 1)
    }

    @Test func `a name is never a file and a folder`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try await put("x", at: "models/a/b", in: store)
        await #expect(throws: ArtifactClash.isFolder(try ArtifactPath("models/a"))) {
            try await put("x", at: "models/a", in: store)
        }
        await #expect(throws: ArtifactClash.throughFile(try ArtifactPath("models/a/b/c/d"), file: "models/a/b")) {
            try await put("x", at: "models/a/b/c/d", in: store)
        }
        await #expect(throws: ArtifactClash.self) { try await put("x", at: "", in: store) }
    }

    @Test(arguments: [
        "../x", "a/../b", "..", "/etc/passwd", "a\0b", "a\\b", "%2e%2e/x", "a/%252e%252e/b", "a/%2e./b", "%2fx",
        "a%00b",
        String(repeating: "n", count: 256), String(repeating: "nn/", count: 1400),
    ])
    func `paths that could lead elsewhere are refused`(path: String) {
        #expect(throws: ArtifactPathError.self) { try ArtifactPath(path) }
    }

    @Test func `paths mean what a file system would take them for`() throws {
        #expect(try ArtifactPath("a//b/./c/").description == "a/b/c")
        #expect(try ArtifactPath("").isRoot)
        #expect(try ArtifactPath("...").name == "...")
        #expect(try ArtifactPath("100%/a%20b").description == "100%/a%20b")
    }

    @Test func `gc keeps what an artifact names`() async throws {
        let fixture = try StoreFixture()
        try await put("kept", at: "models/m/a", in: fixture.store)
        try await put("gone", at: "models/m/b", in: fixture.store)
        _ = try await fixture.store.deleteArtifacts(at: ArtifactPath("models/m/b"))
        let rule = GarbageRule(deletedBefore: Timestamp(milliseconds: 0), youth: .seconds(-5))
        let report = try fixture.store.gc(rule)
        #expect(report.objects == [SHA256Hasher.digest(of: Array("gone".utf8))])
        #expect(try text(at: "models/m/a", in: fixture.store) == "kept")
    }
}
