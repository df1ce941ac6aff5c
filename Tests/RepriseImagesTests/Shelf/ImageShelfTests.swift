import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseImages

@Suite struct `A shelf of images` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "shelf-\(UUID())").path()
    private let registry = ScriptedRegistry()
    private let files = LiveFileSystem()
    private let clock = ManualWallClock()
    private let id = SampleArchive.id

    private var shelf: ImageShelf {
        let search = EngineSearch(
            files: files,
            processes: LiveProcessRunner(),
            variables: ["PATH": "/nowhere"],
            cache: folder + "/cache/engines.json",
            user: 0
        )
        return ImageShelf(
            folder: folder + "/images",
            files: files,
            trees: LiveFileTree(),
            processes: LiveProcessRunner(),
            http: registry,
            clock: clock,
            search: search
        )
    }

    private var manifest: String {
        #"{"schemaVersion":2,"config":{"digest":"sha256:\#(id)","size":9},"layers":[]}"#
    }

    /// As it was when the experiment was frozen.
    private var image: ImageIdentity {
        ImageIdentity(id: id, reference: "r.org/x:1", repository: "r.org/x", manifest: digest(manifest))
    }

    private func serve() {
        for name in ["1", "sha256:\(digest(manifest))"] {
            registry.answer("https://r.org/v2/x/manifests/\(name)", manifest)
        }
        registry.answer("https://r.org/v2/x/blobs/sha256:\(id)", SampleArchive.configuration)
    }

    private func withFolder(_ body: () async throws -> Void) async throws {
        try files.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body()
    }

    private var drafts: [String] { (try? files.names(in: folder + "/images/drafts")) ?? [] }

    @Test func `a name becomes a content that the registry vouches for`() async throws {
        try await withFolder {
            serve()
            let engine = ShelfEngine()
            let found = try await shelf.resolve("r.org/x:1", from: folder, on: engine)
            #expect(found.id == id)
            #expect(found.manifest == digest(manifest))
            #expect(found.repository == "r.org/x")
            #expect(found.reference == "r.org/x:1")
            #expect(engine.pulls == 0)
        }
    }

    @Test func `without a registry the engine's own image counts, and else its own way of fetching`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.offer(id, as: "r.org/x:1")
            let pulled = try await shelf.resolve("r.org/x:1", from: folder, on: engine)
            #expect(pulled.id == id)
            #expect(engine.pulls == 1)
            let other = ShelfEngine()
            other.put(id, "r.org/x:1")
            #expect(try await shelf.resolve("r.org/x:1", from: folder, on: other).id == id)
            #expect(other.pulls == 0)
            let error = await #expect(throws: EngineError.self) {
                try await shelf.resolve("r.org/x:1", from: folder, on: ShelfEngine(.docker))
            }
            #expect(error?.code == "registry-unreachable")
        }
    }

    @Test func `of eight that want an image one fetches it, and the others wait and know for what`() async throws {
        try await withFolder {
            serve()
            let engine = ShelfEngine()
            engine.offer(id, as: "r.org/x@sha256:\(digest(manifest))")
            let waits = ToldLines()
            let (shelf, image) = (shelf, image)
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await shelf.ensure(image, on: engine) { progress in
                            if case .waiting(let text) = progress { waits.add(text) }
                        }
                    }
                }
                for try await name in group { #expect(name == "sha256:\(id)") }
            }
            #expect(engine.pulls == 1)
            #expect(Set(waits.lines) == ["process \(processID()), which fetches `r.org/x:1` for `podman`"])
        }
    }

    @Test func `a registry that now has something else under the digest's name is refused, and nothing is fetched`()
        async throws
    {
        try await withFolder {
            serve()
            let engine = ShelfEngine()
            var wrong = image
            wrong.id = digest("what was frozen")
            let error = await #expect(throws: EngineError.self) { try await shelf.ensure(wrong, on: engine) }
            #expect(
                error == .digestMismatch("r.org/x:1", expected: "sha256:\(wrong.id)", found: "sha256:\(id)")
            )
            #expect(engine.pulls == 0)
        }
    }

    @Test func `an engine that brings something else is not believed`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.offer(digest("else"), as: "r.org/x@sha256:\(digest(manifest))")
            let error = await #expect(throws: EngineError.self) { try await shelf.ensure(image, on: engine) }
            #expect(error?.code == "image-changed")
            let kept = try shelf.kept()
            #expect(kept.isEmpty)
        }
    }

    @Test func `a kept image outlives registry and engine`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.put(id)
            let kept = try await shelf.keep(image, from: engine)
            #expect(kept.path == "\(folder)/images/\(id).tar")
            #expect(try shelf.kept() == [kept])
            engine.drop(id)
            #expect(try await shelf.ensure(image, on: engine) == "sha256:\(id)")
            #expect(engine.pulls == 0)
            #expect(engine.names == ["localhost/reprise:\(id.short)": id])
            #expect(drafts.isEmpty)
            try shelf.release(id)
            #expect(try shelf.kept().isEmpty)
            #expect(try files.names(in: folder + "/images").filter { $0.contains(id.description) }.isEmpty)
        }
    }

    @Test func `a kept image is found by its name where the registry has gone`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.put(id)
            _ = try await shelf.keep(image, from: engine)
            engine.drop(id)
            let found = try await shelf.resolve("docker://r.org/x:1", from: folder, on: engine)
            #expect(found.id == id)
            #expect(found.reference == "docker://r.org/x:1")
            let pinned = try await shelf.resolve("r.org/x@sha256:\(digest(manifest))", from: folder, on: engine)
            #expect(pinned.id == id)
            #expect(engine.pulls == 0)
            await #expect(throws: EngineError.self) { try await shelf.resolve("r.org/x:2", from: folder, on: engine) }
        }
    }

    @Test func `a kept image that was damaged is told, passed over, and kept anew`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.put(id)
            let kept = try await shelf.keep(image, from: engine)
            var bytes = try files.read(kept.path, limit: 1 << 20)
            bytes[bytes.count / 2] ^= 1
            try files.write(bytes, to: kept.path)
            engine.drop(id)
            let told = ToldLines()
            let error = await #expect(throws: EngineError.self) {
                try await shelf.ensure(image, on: engine) { progress in
                    if case .line(let text) = progress { told.add(text) }
                }
            }
            #expect(error?.code == "image-changed")
            #expect(told.lines.contains("the image `\(kept.path)` is not the one that was frozen"))
            #expect(engine.loads == 0)
            serve()
            engine.offer(id, as: "r.org/x@sha256:\(digest(manifest))")
            #expect(try await shelf.ensure(image, on: engine) == "sha256:\(id)")
            let anew = try await shelf.keep(image, from: engine)
            #expect(try files.digest(anew.path).digest == anew.digest)
        }
    }

    @Test func `what a killed process left half-written is nobody's image, and goes with the next`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.put(id)
            try files.makeFolder(folder + "/images/drafts")
            try files.write("half", to: "\(folder)/images/drafts/\(id)-file.tar")
            try files.makeFolder("\(folder)/images/drafts/\(digest("other"))-podman/storage1")
            // Renamed, and killed before the record was written.
            try files.write("whole?", to: "\(folder)/images/\(id).tar")
            #expect(try shelf.kept().isEmpty)
            let kept = try await shelf.keep(image, from: engine)
            #expect(try files.digest(kept.path).digest == kept.digest)
            #expect(drafts.isEmpty)
        }
    }

    @Test func `an archive is found again where it was, and refused where it was changed`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            try await SampleArchive.write(id, to: folder + "/a.tar", tags: ["r.org/mine:1"])
            let found = try await shelf.resolve("docker-archive:a.tar", from: folder, on: engine)
            #expect(found.id == id)
            #expect(found.manifest == nil)
            #expect(try await shelf.ensure(found, on: engine) == "sha256:\(id)")
            // Loading takes no name away from another image.
            #expect(engine.names["r.org/mine:1"] == nil)
            engine.drop(id)
            let other = #"{"architecture":"\#(machineArchitecture)","note":"changed"}"#
            try await SampleArchive.write(
                ["manifest.json": #"[{"Config":"c.json","Layers":[]}]"#, "c.json": other],
                to: folder + "/a.tar"
            )
            let error = await #expect(throws: EngineError.self) { try await shelf.ensure(found, on: engine) }
            #expect(error?.code == "image-changed")
            let moved = await shelf.moved("docker-archive:a.tar", from: folder, pinned: found, on: engine)
            #expect(moved?.id == digest(other))
        }
    }

    @Test func `an image for other processors is refused before anything is fetched`() async throws {
        try await withFolder {
            let other = #"{"architecture":"s390x"}"#
            try await SampleArchive.write(
                ["manifest.json": #"[{"Config":"c.json","Layers":[]}]"#, "c.json": other],
                to: folder + "/a.tar"
            )
            let error = await #expect(throws: EngineError.self) {
                try await shelf.resolve("docker-archive:a.tar", from: folder, on: ShelfEngine())
            }
            #expect(
                error == .wrongArchitecture("docker-archive:a.tar", image: "s390x", machine: machineArchitecture)
            )
        }
    }

    @Test func `a tag that moved is seen, one that stayed is not, and the registry is asked once an hour`() async throws
    {
        try await withFolder {
            let engine = ShelfEngine()
            var old = image
            old.id = digest("old")
            let silent = await shelf.moved("r.org/x:1", from: folder, pinned: old, on: engine)
            #expect(silent == nil)
            serve()
            let tired = await shelf.moved("r.org/x:1", from: folder, pinned: old, on: engine)
            #expect(tired == nil)
            let awake = await shelf.moved("r.org/x:1", from: folder, pinned: old, on: engine, asking: .always)
            #expect(awake?.id == id)
            let stays = await shelf.moved("r.org/x:1", from: folder, pinned: image, on: engine, asking: .always)
            #expect(stays == nil)
            let asked = registry.calls.count
            for asking in [RegistryAsking.seldom, .never] {
                let moved = await shelf.moved("r.org/x:1", from: folder, pinned: old, on: engine, asking: asking)
                #expect(moved?.id == id)
            }
            #expect(registry.calls.count == asked)
            clock.advance(by: .seconds(3601))
            _ = await shelf.moved("r.org/x:1", from: folder, pinned: old, on: engine)
            #expect(registry.calls.count > asked)
        }
    }

    @Test func `a sif image is refused where only layers can be executed`() async throws {
        try await withFolder {
            let image = ImageIdentity(format: .sif, id: id, reference: "t.sif")
            let error = await #expect(throws: ImageShelfMistake.self) {
                try await shelf.ensure(image, on: ShelfEngine())
            }
            #expect(error == .format("t.sif", .podman))
        }
    }

    @Test func `an engine without room is told at once, whatever else could be tried`() async throws {
        try await withFolder {
            let engine = ShelfEngine()
            engine.refuse(.diskFull(during: "fetch the image", words: "no space left on device"))
            let error = await #expect(throws: EngineError.self) { try await shelf.ensure(image, on: engine) }
            #expect(error?.code == "disk-full")
        }
    }

    @Test func `an image that nobody has says where was looked`() async throws {
        try await withFolder {
            let error = await #expect(throws: EngineError.self) {
                try await shelf.ensure(ImageIdentity(id: id, reference: "localhost/x:1"), on: ShelfEngine())
            }
            #expect(error?.code == "image-missing")
            #expect(error?.why?.contains("it is not kept, and no registry is known to have it") == true)
        }
    }
}

/// What was told while something went on.
private final class ToldLines: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) { state.withLock { $0.append(line) } }
}
