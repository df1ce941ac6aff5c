import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseImages

/// What the tests of real engines share: a store of their own, and the engines of this machine.
struct RealShelf {
    let folder = FileManager.default.temporaryDirectory.appending(path: "real-shelf-\(UUID())").path()
    let files = LiveFileSystem()
    let variables = ProcessInfo.processInfo.environment

    var search: EngineSearch {
        EngineSearch(
            files: files,
            processes: LiveProcessRunner(),
            variables: variables,
            cache: folder + "/cache/engines.json",
            user: Int(getuid())
        )
    }

    var shelf: ImageShelf {
        ImageShelf(
            folder: folder + "/images",
            files: files,
            trees: LiveFileTree(),
            processes: LiveProcessRunner(),
            http: CurlHTTPClient(processes: LiveProcessRunner(), entropy: LiveEntropy()),
            clock: LiveWallClock(),
            search: search
        )
    }

    /// An image that only this test has; it and its names are gone afterwards.
    func withImage<Result>(
        on engine: any ContainerEngine,
        _ body: (LocalImage) async throws -> Result
    ) async throws -> Result {
        try files.makeFolder(folder + "/context")
        try files.write("FROM \(TestEngine.image)\n", to: folder + "/context/Recipe")
        let name = "localhost/reprise-shelf:\(UUID().uuidString.lowercased())"
        let order = BuildOrder(
            recipe: folder + "/context/Recipe",
            context: folder + "/context",
            name: name,
            labels: ["test": name]
        )
        let image = try await engine.build(order) { _ in }
        do {
            let result = try await body(image)
            try await clear(image, engine)
            return result
        } catch {
            try await clear(image, engine)
            throw error
        }
    }

    func remove(_ id: Digest, from engine: any ContainerEngine) async throws {
        _ = try await LiveProcessRunner().run(Invocation(engine.program, ["image", "rm", "--force", "sha256:\(id)"]))
    }

    private func clear(_ image: LocalImage, _ engine: any ContainerEngine) async throws {
        try await remove(image.id, from: engine)
        try files.remove(folder)
    }
}

/// A registry's repository that nobody else writes to.
private func repository() -> String { "\(TestEngine.registryHost)/shelf/\(UUID().uuidString.lowercased())" }

@Suite(.enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence), .serialized) struct `Real Podman on a shelf` {
    @Test func `an engine does what it is asked`() async throws { try await RealEngine(.podman).basics() }
    @Test func `an image goes to a file and comes back`() async throws { try await RealEngine(.podman).files() }
    @Test func `every kind of archive is taken in`() async throws { try await RealEngine(.podman).archives() }

    @Test(.enabled(if: TestEngine.registry.isUp, TestEngine.registry.absence))
    func `an image goes to a registry and comes back`() async throws { try await RealEngine(.podman).registry() }

    @Test(.enabled(if: TestEngine.registry.isUp, TestEngine.registry.absence))
    func `a registry with a password`() async throws { try await RealEngine(.podman).login() }

    @Test(.enabled(if: TestEngine.docker.isUp, TestEngine.docker.absence))
    func `an image is taken over from Docker`() async throws { try await RealEngine(.podman).takeover(from: .docker) }
}

@Suite(.enabled(if: TestEngine.docker.isUp, TestEngine.docker.absence), .serialized) struct `Real Docker on a shelf` {
    @Test func `an engine does what it is asked`() async throws { try await RealEngine(.docker).basics() }
    @Test func `an image goes to a file and comes back`() async throws { try await RealEngine(.docker).files() }
    @Test func `every kind of archive is taken in`() async throws { try await RealEngine(.docker).archives() }

    @Test(.enabled(if: TestEngine.registry.isUp, TestEngine.registry.absence))
    func `an image goes to a registry and comes back`() async throws { try await RealEngine(.docker).registry() }

    @Test(.enabled(if: TestEngine.registry.isUp, TestEngine.registry.absence))
    func `a registry with a password`() async throws { try await RealEngine(.docker).login() }

    @Test(.enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence))
    func `an image is taken over from Podman`() async throws { try await RealEngine(.docker).takeover(from: .podman) }
}

@Suite(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence), .serialized)
struct `Real Apptainer on a shelf` {
    @Test func `a sif file is copied once, and what becomes of the original does not matter`() async throws {
        let real = RealShelf()
        defer { try? real.files.remove(real.folder) }
        let engine = try real.search.engine(.apptainer)
        try real.files.makeFolder(real.folder)
        try real.files.copy(TestEngine.imageFolder + "/busybox.sif", to: real.folder + "/tool.sif", mode: 0o644)
        let image = try await real.shelf.resolve("tool.sif", from: real.folder, on: engine)
        #expect(image.format == .sif)
        let file = try real.files.digest(real.folder + "/tool.sif").digest
        #expect(image.id == file)
        #expect(image.architecture == machineArchitecture)
        let name = try await real.shelf.ensure(image, on: engine)
        try real.files.write("another", to: real.folder + "/tool.sif")
        let again = try await real.shelf.ensure(image, on: engine)
        #expect(again == name)
        #expect(name.hasPrefix(real.folder + "/images/"))
        let result = try await engine.execute("echo hello", in: name)
        #expect(result.text == "hello\n")
    }

    @Test func `an archive of layers keeps the id that other engines know it by`() async throws {
        let real = RealShelf()
        defer { try? real.files.remove(real.folder) }
        let engine = try real.search.engine(.apptainer)
        let text = "oci-archive:\(TestEngine.imageFolder)/busybox.oci.tar"
        let image = try await real.shelf.resolve(text, from: "/", on: engine)
        let name = try await real.shelf.ensure(image, on: engine)
        #expect(name.hasSuffix(".sif"))
        let holds = await engine.holds(image.id)
        #expect(holds)
        let result = try await engine.execute("echo hello", in: name)
        #expect(result.text == "hello\n")
    }
}

/// The same trials for every engine that executes layers.
private struct RealEngine {
    let real = RealShelf()
    let engine: any ContainerEngine

    init(_ kind: EngineKind) throws { engine = try real.search.engine(kind) }

    func basics() async throws {
        defer { try? real.files.remove(real.folder) }
        let facts = try await real.search.facts(of: engine)
        #expect(!facts.version.isEmpty)
        #expect(facts.architecture == machineArchitecture)
        let image = try #require(try await engine.find(TestEngine.image))
        // Once from the cached facts' folder, once by asking.
        let knowing = try real.search.engine(engine.kind)
        for engine in [engine, knowing] {
            let holds = await engine.holds(image.id)
            let holdsOther = await engine.holds(digest("nothing"))
            #expect(holds)
            #expect(!holdsOther)
        }
        for engine in [engine, knowing] {
            let id = try await engine.id(of: TestEngine.image)
            #expect(id == image.id)
        }
        let absent = try await engine.find("localhost/reprise-none:9")
        #expect(absent == nil)
        let result = try await engine.execute("echo a \"b  c\"; id -u; echo $HOME; exit 3", in: image.name)
        #expect(result.status == 3)
        #expect(result.text == "a b  c\n\(getuid())\n/tmp\n")
        let error = await #expect(throws: EngineError.self) {
            try await engine.execute("true", in: "sha256:\(digest("nothing"))")
        }
        #expect(error?.code == "image-missing")
    }

    func files() async throws {
        try await real.withImage(on: engine) { local in
            let image = ImageIdentity(id: local.id, reference: "x")
            let kept = try await real.shelf.keep(image, from: engine)
            let again = try await real.shelf.keep(image, from: engine)
            #expect(kept == again)
            try await real.remove(local.id, from: engine)
            let isGone = try await engine.find(local.name) == nil
            #expect(isGone)
            let name = try await real.shelf.ensure(image, on: engine)
            #expect(name == local.name)
            let back = try await engine.find("localhost/reprise:\(local.id.short)")
            #expect(back?.id == local.id)
        }
    }

    func archives() async throws {
        defer { try? real.files.remove(real.folder) }
        let id = try #require(try await engine.find(TestEngine.image)).id
        let places = [
            "docker-archive:\(TestEngine.imageFolder)/busybox.tar",
            "oci-archive:\(TestEngine.imageFolder)/busybox.oci.tar",
            "oci:\(TestEngine.imageFolder)/busybox.oci",
        ]
        for text in places {
            let image = try await real.shelf.resolve(text, from: "/", on: engine)
            #expect(image.id == id)
            // As if the engine had never seen it; it has, so that what it takes in is the same once more.
            let fetch = ImageFetch(shelf: real.shelf, image: image, engine: engine, lock: "x") { _ in }
            let name = try await fetch.name()
            #expect(name == "sha256:\(id)")
        }
    }

    func registry() async throws {
        try await real.withImage(on: engine) { local in
            let place = try RegistryReference(repository() + ":1")
            let pushed = try await engine.push(local, to: place, login: nil)
            let image = try await real.shelf.resolve(place.description, from: "/", on: engine)
            #expect(image.id == local.id)
            #expect(image.manifest == pushed)
            #expect(image.repository == place.repository)
            try await real.remove(local.id, from: engine)
            let name = try await real.shelf.ensure(image, on: engine)
            #expect(name == local.name)
            let stays = await real.shelf.moved(place.description, from: "/", pinned: image, on: engine)
            #expect(stays == nil)
            let other = try #require(try await engine.find(TestEngine.image))
            _ = try await engine.push(other, to: place, login: nil)
            let moved = await real.shelf.moved(place.description, from: "/", pinned: image, on: engine)
            #expect(moved?.id == other.id)
            var gone = place
            gone.tag = "none"
            let missing = await #expect(throws: EngineError.self) { try await engine.pull(gone) { _ in } }
            #expect(missing?.code == "image-missing")
        }
    }

    private func loginFolders() throws -> [String] {
        let own = "reprise-.\(ProcessInfo.processInfo.processIdentifier)."
        return try FileManager.default.contentsOfDirectory(atPath: "/dev/shm").filter { $0.hasPrefix(own) }
    }

    func login() async throws {
        let image = try #require(try await engine.find(TestEngine.image))
        let place = try RegistryReference("\(TestEngine.loginRegistryHost)/shelf/\(UUID().uuidString.lowercased()):1")
        let refused = await #expect(throws: EngineError.self) { try await engine.push(image, to: place, login: nil) }
        #expect(refused == .loginMissing(host: place.host, engine.kind))
        let login = RegistryLogin(user: TestEngine.loginUser, password: TestEngine.loginPassword)
        let pushed = try await engine.push(image, to: place, login: login)
        let client = real.shelf.registry
        let found = try await client.resolve(place, login: login)
        #expect(found.manifest == pushed)
        #expect(found.config == image.id)
        let closed = await #expect(throws: EngineError.self) { try await client.resolve(place) }
        #expect(closed?.code == "registry-login")
        // Other tests of this process have theirs, for a moment.
        #expect(try await leftovers { try loginFolders() } == [])
        let name = try await engine.find(place.description)
        #expect(name == nil)
    }

    func takeover(from kind: EngineKind) async throws {
        let other = try real.search.engine(kind)
        try await real.withImage(on: other) { local in
            let image = ImageIdentity(id: local.id, reference: "localhost/x:1")
            let name = try await real.shelf.ensure(image, on: engine)
            #expect(name == "sha256:\(local.id)")
            let result = try await engine.execute("echo hello", in: name)
            #expect(result.text == "hello\n")
            try await real.remove(local.id, from: engine)
        }
    }
}
