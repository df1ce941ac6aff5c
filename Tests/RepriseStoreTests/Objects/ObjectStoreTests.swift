import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Objects by content` {
    private let files = LiveFileSystem()

    private func write(_ fixture: StoreFixture, _ names: [String: String]) throws -> [String] {
        try names.sorted { $0.key < $1.key }
            .map { name, text in
                try files.write(text, to: "\(fixture.folder)/\(name)")
                return "\(fixture.folder)/\(name)"
            }
    }

    @Test func `the same content is kept once, read-only, and never changes with its file`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        let paths = try write(fixture, ["a": "same", "b": "same", "c": "", "d": "other"])
        let kept = try objects.put(paths)
        #expect(kept[0] == kept[1])
        #expect(kept.map(\.bytes) == [4, 4, 0, 5])
        #expect(kept[3].digest == SHA256Hasher.digest(of: Array("other".utf8)))
        try files.append(Array("!".utf8), to: paths[3])
        for object in kept { try objects.verify(object.digest) }
        #expect(try files.status(objects.path(of: kept[0].digest))?.mode == 0o444)
        #expect(try files.names(in: fixture.store.folder.unfinished).isEmpty)
        #expect(try objects.put([]).isEmpty)
    }

    @Test func `damage and loss are noticed`() throws {
        let fixture = try StoreFixture()
        let objects = fixture.store.objects
        let digest = try objects.put(try write(fixture, ["a": "content"]))[0].digest
        let path = objects.path(of: digest)
        try files.setMode(0o644, of: path)
        try files.append(Array("!".utf8), to: path)
        #expect(throws: StoreError.damagedObject(digest, path: path)) { try objects.verify(digest) }
        try files.remove(path)
        #expect(throws: StoreError.missingObject(digest)) { try objects.verify(digest) }
    }

    @Test func `whichever call fails, what is kept is whole, and trying again succeeds`() throws {
        let fixture = try StoreFixture()
        let folder = fixture.store.folder.objects
        for failing in 1...60 {
            let paths = try write(fixture, ["a": "a\(failing)", "b": "b\(failing)", "c": "a\(failing)"])
            let faulty = FailingFileSystem(failing: failing)
            let kept = try? ObjectStore(folder: folder, files: faulty).put(paths)
            for shard in try files.names(in: folder) where shard.utf8.count == 2 {
                for name in try files.names(in: "\(folder)/\(shard)") {
                    try fixture.store.objects.verify(try #require(Digest(name)))
                }
            }
            let again = try fixture.store.objects.put(paths)
            #expect(kept == nil || kept == again)
            if faulty.calls < failing { return }
        }
        Issue.record("no call was the last one")
    }
}
