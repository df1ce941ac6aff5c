import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Images in the lock` {
    private let image = ImageIdentity(
        id: SHA256Hasher.digest(of: "i".utf8),
        reference: "python:3.12",
        repository: "docker.io/library/python",
        manifest: SHA256Hasher.digest(of: "m".utf8),
        architecture: "amd64"
    )

    @Test func `stand beside the data and come back as they were`() throws {
        let ground = try Playground()
        let data = DataContent(digest: SHA256Hasher.digest(of: "d".utf8), bytes: 1, files: 1)
        try DataLock(entries: ["d.csv": data]).write(in: ground.project, files: ground.files)
        try DataLock.pin(["python:3.12": image], in: ground.project, files: ground.files)
        let lock = try DataLock(in: ground.project, files: ground.files)
        #expect(lock.images == ["python:3.12": image])
        #expect(lock.entries == ["d.csv": data])
        var moved = image
        moved.id = SHA256Hasher.digest(of: "j".utf8)
        try DataLock.pin(["python:3.12": moved], in: ground.project, files: ground.files)
        #expect(try DataLock(in: ground.project, files: ground.files).images["python:3.12"]?.id == moved.id)
    }

    @Test func `leave a lock without any as it always was`() {
        #expect(DataLock().text == "{\n  \"version\": 1,\n  \"data\": {}\n}\n")
    }

    @Test func `survive data that are locked anew`() async throws {
        let ground = try Playground()
        try DataLock.pin(["python:3.12": image], in: ground.project, files: ground.files)
        try ground.write("1", to: "d.csv")
        _ = try await ground.maker().dataCapture
            .capture(
                [DataRequest(name: "d", path: "d.csv")],
                in: ground.project
            )
        let lock = try DataLock(in: ground.project, files: ground.files)
        #expect(lock.images.count == 1)
        #expect(lock.entries.count == 1)
    }

    @Test func `that are none are told with the file`() throws {
        let ground = try Playground()
        try ground.write(
            "{\"version\": 1, \"images\": {\"a\": {\"id\": \"x\", \"format\": \"oci\"}}}",
            to: "reprise.lock"
        )
        #expect(throws: DataError.self) { try DataLock(in: ground.project, files: ground.files) }
    }
}
