import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Uploads into the objects` {
    private let files = LiveFileSystem()

    private func send(_ pieces: [String], to objects: ObjectStore) throws -> Digest {
        let upload = try objects.upload()
        for piece in pieces { try upload.append(Array(piece.utf8)) }
        return try upload.finish().digest
    }

    @Test func `an upload is kept once under the digest of its pieces together`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        let first = try send(["one", "", "two"], to: objects)
        let second = try send(["onetwo"], to: objects)
        #expect(first == second)
        #expect(first == SHA256Hasher.digest(of: Array("onetwo".utf8)))
        #expect(try send([], to: objects) == SHA256Hasher.digest(of: []))
        try objects.verify(first)
        #expect(try files.status(objects.path(of: first))?.mode == 0o444)
        #expect(try objects.read(first, offset: 2, count: 3) == Array("etw".utf8))
        #expect(try files.names(in: fixture.store.folder.unfinished).isEmpty)
    }

    @Test func `an upload that is given up, or grows too large, leaves nothing`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        do {
            let upload = try objects.upload()
            try upload.append(Array("interrupted".utf8))
        }
        let upload = try objects.upload(limit: 4)
        try upload.append(Array("four".utf8))
        #expect(throws: ObjectTooLarge(limit: 4)) { try upload.append([0]) }
        upload.abandon()
        #expect(try files.names(in: fixture.store.folder.unfinished).isEmpty)
        #expect(try files.names(in: fixture.store.folder.objects) == ["unfinished"])
    }

    @Test func `whichever call fails, what is kept is whole, and nothing else is left`() throws {
        let fixture = try StoreFixture()
        let folder = fixture.store.folder.objects
        for failing in 1...40 {
            let faulty = FailingFileSystem(failing: failing)
            let kept = try? send(["a", "\(failing)"], to: ObjectStore(folder: folder, files: faulty))
            for shard in try files.names(in: folder) where shard.utf8.count == 2 {
                for name in try files.names(in: "\(folder)/\(shard)") {
                    try fixture.store.objects.verify(try #require(Digest(name)))
                }
            }
            let again = try send(["a", "\(failing)"], to: fixture.store.objects)
            #expect(kept == nil || kept == again)
            if faulty.calls < failing { return }
        }
        Issue.record("no call was the last one")
    }

    @Test func `parts come in any order, twice, and become one object`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        let parts = try objects.beginParts()
        func send(_ text: String, _ number: Int) throws -> Digest {
            let upload = try objects.upload()
            try upload.append(Array(text.utf8))
            return try objects.parts(parts.id).take(upload, as: number)
        }
        let last = try send("three", 10)
        _ = try send("wrong", 2)
        let second = try send("two", 2)
        let first = try send("one", 1)
        let all = [(number: 10, tag: last.description), (1, first.description), (2, second.description)]
        let object = try parts.complete(all)
        #expect(object.digest == SHA256Hasher.digest(of: Array("onetwothree".utf8)))
        #expect(try objects.parts(parts.id).complete(all) == object)
        try parts.abort()
        #expect(throws: PartedUploadError.unknown(parts.id)) { try objects.parts(parts.id) }
        #expect(try files.names(in: fixture.store.folder.unfinished).isEmpty)
    }

    @Test func `a part that is missing or another one stops the completion`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        let parts = try objects.beginParts()
        #expect(throws: PartedUploadError.missingPart(1)) { try parts.complete([(1, "")]) }
        let upload = try objects.upload()
        try upload.append([1])
        _ = try parts.take(upload, as: 1)
        #expect(throws: PartedUploadError.missingPart(1)) {
            try parts.complete([(1, String(repeating: "0", count: 64))])
        }
        #expect(try parts.complete([(1, "")]).bytes == 1)
        #expect(throws: PartedUploadError.self) { try objects.parts("../../etc") }
    }
}
