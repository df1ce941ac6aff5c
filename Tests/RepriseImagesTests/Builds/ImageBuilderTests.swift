import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseImages

@Suite struct `Building images` {
    private static let recipe = "FROM python:3\nCOPY a.py src /app/\nRUN pip install numpy\n"
    private static let texts = ["Dockerfile": recipe, "a.py": "1", "src/b.py": "2", "other.txt": "3"]

    @Test func `the same content builds once, and a change of what is copied builds again`() async throws {
        let workshop = try Workshop(Self.texts)
        let first = try await workshop.build()
        #expect(first.isNew)
        let second = try await workshop.build()
        #expect(!second.isNew)
        #expect(second.image == first.image)
        try workshop.write("changed", to: "other.txt")
        try await workshop.build()
        #expect(workshop.orders.count == 1)
        try workshop.write("changed", to: "src/b.py")
        let third = try await workshop.build()
        #expect(third.isNew)
        #expect(third.image.recipe != first.image.recipe)
    }

    @Test func `a mode, an argument, a base, a line of the recipe, an empty folder are content, too`() async throws {
        let workshop = try Workshop(Self.texts)
        var digests: [Digest?] = [try await workshop.build().image.recipe]
        try workshop.write("1", to: "a.py", mode: 0o755)
        digests.append(try await workshop.build().image.recipe)
        try workshop.files.makeFolder(workshop.code + "/src/empty")
        digests.append(try await workshop.build().image.recipe)
        workshop.engine.memory.withLock { $0.registry["python:3"] = SHA256Hasher.digest(of: [7]) }
        digests.append(try await workshop.build().image.recipe)
        try workshop.write("ARG X=1\n" + Self.recipe, to: "Dockerfile")
        digests.append(try await workshop.build().image.recipe)
        let argued = ImageRecipe(.dockerfile, path: "Dockerfile", arguments: ["X": "2"])
        digests.append(try await workshop.build(argued).image.recipe)
        #expect(Set(digests).count == 6)
    }

    @Test func `the engine sees just what was counted, from pinned bases`() async throws {
        let workshop = try Workshop(Self.texts)
        let built = try await workshop.build()
        let base = SHA256Hasher.digest(of: "python:3".utf8)
        let memory = workshop.engine.memory.withLock { $0 }
        #expect(memory.contexts == [["a.py": "1", "src/b.py": "2"]])
        #expect(memory.recipes.first?.hasPrefix("FROM localhost/reprise-base:\(base)\n") == true)
        #expect(memory.tags == ["localhost/reprise-base:\(base)": base])
        #expect(built.bases["python:3"]?.id == base)
        let left = try workshop.files.names(in: workshop.builder.place(of: try #require(built.image.recipe)))
        #expect(left == ["Dockerfile", "build.log", "lock", "record.json"])
        #expect(try workshop.files.text(built.log) == "STEP 1\nthe last line\n")
    }

    @Test func `what a .dockerignore leaves out does not count, and exceptions do`() async throws {
        let workshop = try Workshop([
            "Dockerfile": "FROM a:1\nCOPY . /app\n", ".dockerignore": "# no\n*.txt\n!keep.txt\nsecret\n",
            "a.txt": "1", "keep.txt": "2", "secret/x": "3", "b.py": "4", ".git/x": "5", ".reprise/store.sqlite": "6",
        ])
        try await workshop.build()
        let names = workshop.engine.memory.withLock { $0.contexts.first?.keys.sorted() }
        #expect(names == [".dockerignore", "Dockerfile", "b.py", "keep.txt"])
    }

    @Test func `where links could lead elsewhere everything counts`() async throws {
        let workshop = try Workshop(["Dockerfile": "FROM a:1\nCOPY link/ /app\n", "real/x": "1"])
        try workshop.files.makeLink(workshop.code + "/link", to: "real")
        try await workshop.build()
        #expect(workshop.engine.memory.withLock { $0.contexts.first?["real/x"] } == "1")
    }

    @Test func `a pinned base is not asked for`() async throws {
        let workshop = try Workshop(Self.texts)
        let pin = ImageIdentity(id: SHA256Hasher.digest(of: [1]), reference: "python:3")
        let built = try await workshop.build(pins: ["python:3": pin])
        #expect(built.bases == ["python:3": pin])
        #expect(workshop.engine.memory.withLock { $0.resolved }.isEmpty)
    }

    @Test func `an image that is gone is built again, and another one is told`() async throws {
        let workshop = try Workshop(Self.texts)
        let first = try await workshop.build()
        workshop.engine.memory.withLock { $0.images = [] }
        let same = try await workshop.build()
        #expect(same.image == first.image)
        #expect(same.notes.isEmpty)
        workshop.engine.memory.withLock { ($0.images, $0.salt) = ([], "x") }
        await #expect(throws: EngineError.self) { try await workshop.build(expected: first.image.id) }
        let other = try await workshop.build()
        #expect(other.image.id != first.image.id)
        #expect(other.notes.count == 1)
        let record = try workshop.builder.record(try #require(other.image.recipe))
        #expect(record?.earlier == [first.image.id])
    }

    @Test func `a recipe that fails shows its last lines and leaves its log and no record`() async throws {
        let workshop = try Workshop(Self.texts)
        workshop.engine.memory.withLock { $0.failure = .recipeFailed("x", log: "", words: "") }
        let error = await #expect(throws: EngineError.self) { try await workshop.build() }
        #expect(error?.what == "building `Dockerfile` failed")
        #expect(error?.why?.hasSuffix("the last line") == true)
        let log = try #require(error?.fix?.split(separator: " ").last)
        #expect(try workshop.files.text(String(log)) == "STEP 1\nthe last line\n")
        workshop.engine.memory.withLock { $0.failure = nil }
        #expect(try await workshop.build().isNew)
    }

    @Test func `what a killed build left is in nobody's way`() async throws {
        let workshop = try Workshop(Self.texts)
        let digest = try #require(try await workshop.build().image.recipe)
        let place = workshop.builder.place(of: digest)
        try workshop.files.remove(place + "/record.json")
        try workshop.files.makeFolder(place + "/draft-x/context")
        try workshop.files.write("half", to: place + "/draft-x/context/a.py")
        try workshop.files.write("half", to: place + "/build.log")
        #expect(try await workshop.build().isNew)
        #expect(try workshop.files.names(in: place) == ["Dockerfile", "build.log", "lock", "record.json"])
    }

    @Test func `two that want the same image at once build it once`() async throws {
        let workshop = try Workshop(Self.texts)
        let (builder, code, engine) = (workshop.builder, workshop.code, workshop.engine)
        let recipe = ImageRecipe(.dockerfile, path: "Dockerfile")
        async let one = builder.build(recipe, code: code, on: engine) { _ in }
        async let other = builder.build(recipe, code: code, on: engine) { _ in }
        #expect(try await [one.isNew, other.isNew].filter { $0 }.count == 1)
        #expect(workshop.orders.count == 1)
    }

    @Test func `a definition begins with a file of this machine`() async throws {
        let workshop = try Workshop(
            ["t.def": "Bootstrap: docker\nFrom: python:3\n%files\n  a /\n", "a": "1"],
            on: .apptainer
        )
        let built = try await workshop.build(ImageRecipe(.definition, path: "t.def"))
        #expect(built.image.format == .sif)
        let recipe = workshop.engine.memory.withLock { $0.recipes.first }
        let base = SHA256Hasher.digest(of: "docker://python:3".utf8).short
        #expect(recipe == "Bootstrap: localimage\nFrom: /images/\(base).sif\n%files\n  a /\n")
    }

    @Test func `what cannot be built is refused before anything is done`() async throws {
        let workshop = try Workshop(Self.texts)
        func code(_ recipe: ImageRecipe) async -> String? {
            do {
                try await workshop.build(recipe)
                return nil
            } catch { return (error as? any RepriseError)?.code }
        }
        #expect(await code(ImageRecipe(.definition, path: "t.def")) == "wrong-recipe")
        #expect(await code(ImageRecipe(.dockerfile, path: "Containerfile")) == "recipe-missing")
        #expect(await code(ImageRecipe(.dockerfile, path: "src")) == "recipe-missing")
        #expect(await code(ImageRecipe(.dockerfile, path: "Dockerfile", context: "..")) == "context-outside")
        #expect(await code(ImageRecipe(.dockerfile, path: "Dockerfile", context: "none")) == "context-missing")
        #expect(await code(ImageRecipe(.dockerfile, path: "Dockerfile", arguments: ["X": ""])) == "unknown-argument")
        #expect(workshop.orders.isEmpty)
        #expect(try !workshop.files.exists(workshop.folder + "/builds"))
    }
}
