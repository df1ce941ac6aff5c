import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct `Images that something refers to` {
    private func image(_ text: String, _ reference: String) -> ImageIdentity {
        ImageIdentity(id: SHA256Hasher.digest(of: text.utf8), reference: reference)
    }

    private func known(_ pins: [String: ImageIdentity], kept: [ImageIdentity] = []) throws -> KnownImages {
        let kept = kept.map {
            KeptImage(image: $0, path: "kept", bytes: 1, digest: $0.id, kept: Timestamp(milliseconds: 0))
        }
        return try KnownImages(in: nil, kept: kept, lock: DataLock(images: pins))
    }

    @Test func `are one however many names they have`() throws {
        let first = image("a", "python:3.12")
        let known = try known(
            ["python:3.12": first, "py": image("a", "py")],
            kept: [image("a", "docker-archive:py.tar")]
        )
        #expect(known.images.count == 1)
        let found = try known.named("docker-archive:py.tar")
        #expect(Array(found.references) == ["py", "python:3.12", "docker-archive:py.tar"])
        #expect(found.pins == ["py", "python:3.12"])
        #expect(found.kept != nil)
    }

    @Test func `are found by reference, by id and by its beginning`() throws {
        let known = try known(["python:3.12": image("a", "python:3.12"), "bb": image("b", "bb")])
        let id = SHA256Hasher.digest(of: "b".utf8)
        for name in ["bb", id.description, "sha256:\(id)", id.short] {
            #expect(try known.named(name).image.id == id)
        }
    }

    @Test func `are the pinned one where a name has meant several`() throws {
        let now = image("new", "tool:1")
        let known = try known(["tool:1": now], kept: [image("old", "tool:1")])
        #expect(try known.named("tool:1").image == now)
    }

    @Test func `are refused where a name means several, with their ids`() throws {
        let images = [image("one", "tool:1"), image("two", "tool:1")]
        let known = try known([:], kept: images)
        let error = #expect(throws: Mistake.self) { _ = try known.named("tool:1") }
        #expect(error?.code == "ambiguous-image")
        for image in images { #expect(error?.why?.contains(image.id.short) == true) }
    }

    @Test func `that are unknown get the nearest name`() throws {
        let known = try known(["python:3.12": image("a", "python:3.12")])
        let error = #expect(throws: Mistake.self) { _ = try known.named("pyhton:3.12") }
        #expect(error?.fix == "did you mean `python:3.12`?")
        // Too little of an id is no name.
        #expect(throws: Mistake.self) { _ = try known.named(String(image("a", "").id.short.prefix(3))) }
    }
}
