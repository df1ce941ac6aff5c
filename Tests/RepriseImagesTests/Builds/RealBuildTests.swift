import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseImages

/// A recipe on a real engine: what the tests below do on each.
private struct RealBuild {
    let real = RealShelf()
    let engine: any ContainerEngine
    let mark = UUID().uuidString

    init(_ kind: EngineKind) throws { engine = try real.search.engine(kind) }

    var builder: ImageBuilder {
        ImageBuilder(
            folder: real.folder + "/images/builds",
            supply: real.shelf,
            files: real.files,
            trees: LiveFileTree(),
            clock: LiveWallClock()
        )
    }

    func write(_ recipe: String) throws {
        try real.files.makeFolder(real.folder + "/code/src")
        try real.files.write(recipe, to: real.folder + "/code/recipe")
        try real.files.write("one \(mark)", to: real.folder + "/code/src/one.txt")
        try real.files.write("echo two", to: real.folder + "/code/src/two.sh", mode: 0o755)
        try real.files.write("not copied", to: real.folder + "/code/other.txt")
    }

    func build() async throws -> BuiltImage {
        let kind: ImageRecipe.Kind = engine.kind == .apptainer ? .definition : .dockerfile
        return try await builder.build(ImageRecipe(kind, path: "recipe"), code: real.folder + "/code", on: engine) {
            _ in
        }
    }

    /// What a script prints in the image.
    func output(of script: String, in image: BuiltImage) async throws -> String {
        try await engine.execute(script, in: real.shelf.ensure(image.image, on: engine)).text
    }

    func clear(_ images: BuiltImage?...) async throws {
        for image in images.compactMap({ $0 }) where engine.kind != .apptainer {
            try await real.remove(image.image.id, from: engine)
        }
        try real.files.remove(real.folder)
    }

    static func dockerfile(_ run: String) -> String {
        """
        ARG BASE=\(TestEngine.image)
        FROM ${BASE} AS first
        COPY src /opt/src
        FROM first
        RUN \(run)

        """
    }

    static func definition(_ run: String) -> String {
        """
        Bootstrap: docker-archive
        From: \(TestEngine.imageFolder)/busybox.tar

        %files
            src /opt/src

        %post
            \(run)

        """
    }
}

@Suite(.enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence))
struct `Real builds by Podman` {
    @Test func `a recipe is built once, holds what was counted, and comes out the same from nothing`() async throws {
        let build = try RealBuild(.podman)
        try build.write(RealBuild.dockerfile("date > /made; rm /made; echo $SOURCE_DATE_EPOCH > /epoch; sleep 1"))
        let first = try await build.build()
        #expect(first.isNew)
        #expect(try await !build.build().isNew)
        let text = try await build.output(
            of: "cat /opt/src/one.txt; sh /opt/src/two.sh; cat /epoch; ls /opt",
            in: first
        )
        #expect(text == "one \(build.mark)two\n315619200\nsrc\n")
        try await build.real.remove(first.image.id, from: build.engine)
        let second = try await build.build()
        #expect(second.isNew)
        #expect(second.image.id == first.image.id)
        #expect(second.notes.isEmpty)
        try await build.clear(second)
    }

    @Test func `a recipe that fails shows what its command said`() async throws {
        let build = try RealBuild(.podman)
        try build.write(RealBuild.dockerfile("echo 'no such thing: unauthorized' && exit 3"))
        let error = await #expect(throws: EngineError.self) { try await build.build() }
        #expect(error?.code == "build-failed")
        #expect(error?.why?.contains("no such thing: unauthorized") == true)
        try await build.clear()
    }
}

@Suite(.enabled(if: TestEngine.docker.isUp, TestEngine.docker.absence))
struct `Real builds by Docker` {
    @Test func `a recipe is built once, and holds what was counted`() async throws {
        let build = try RealBuild(.docker)
        try build.write(RealBuild.dockerfile("echo $SOURCE_DATE_EPOCH > /epoch"))
        let first = try await build.build()
        #expect(first.isNew)
        #expect(try await !build.build().isNew)
        let text = try await build.output(
            of: "cat /opt/src/one.txt; sh /opt/src/two.sh; cat /epoch; ls /opt",
            in: first
        )
        #expect(text == "one \(build.mark)two\n315619200\nsrc\n")
        try await build.clear(first)
    }

    @Test func `a recipe that fails shows what its command said`() async throws {
        let build = try RealBuild(.docker)
        try build.write(RealBuild.dockerfile("echo 'no such thing: unauthorized' && exit 3"))
        let error = await #expect(throws: EngineError.self) { try await build.build() }
        #expect(error?.code == "build-failed")
        #expect(error?.why?.contains("no such thing: unauthorized") == true)
        try await build.clear()
    }
}

@Suite(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence))
struct `Real builds by Apptainer` {
    @Test func `a definition is built once, and holds what was counted`() async throws {
        let build = try RealBuild(.apptainer)
        try build.write(RealBuild.definition("echo $SOURCE_DATE_EPOCH > /epoch"))
        let first = try await build.build()
        #expect(first.isNew)
        #expect(first.image.format == .sif)
        #expect(try await !build.build().isNew)
        let text = try await build.output(
            of: "cat /opt/src/one.txt; sh /opt/src/two.sh; cat /epoch; ls /opt",
            in: first
        )
        #expect(text == "one \(build.mark)two\n315619200\nsrc\n")
        try await build.clear()
    }
}
