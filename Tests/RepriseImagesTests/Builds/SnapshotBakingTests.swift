import RepriseModel
import RepriseSystem
import Synchronization
import Testing

@testable import RepriseImages

@Suite struct `Code in images` {
    private static let snapshot = SHA256Hasher.digest(of: [1])
    private static let base = ImageIdentity(id: SHA256Hasher.digest(of: [2]), reference: "python:3")

    /// Where code lies in every image.
    private static let code = "/reprise/work"

    private func order(_ code: String, labels: [String: String] = ["org.reprise.snapshot": "1"]) -> BakeOrder {
        BakeOrder(snapshot: Self.snapshot, code: code, folder: "sub", base: Self.base, labels: labels)
    }

    @Test func `all of the code is there, whatever a .dockerignore says`() async throws {
        let workshop = try Workshop(["a.py": "1", "sub/b.py": "2", ".dockerignore": "*"])
        let built = try await workshop.builder.bake(order(workshop.code), on: workshop.engine) { _ in }
        let memory = workshop.engine.memory.withLock { $0 }
        #expect(memory.contexts == [["code/.dockerignore": "*", "code/a.py": "1", "code/sub/b.py": "2"]])
        #expect(
            memory.recipes == [
                """
                FROM localhost/reprise-base:\(Self.base.id)
                ARG SOURCE_DATE_EPOCH=315619200
                COPY code \(Self.code)
                WORKDIR \(Self.code)/sub
                LABEL "org.reprise.snapshot"="1"

                """
            ]
        )
        #expect(try await !workshop.builder.bake(order(workshop.code), on: workshop.engine) { _ in }.isNew)
        #expect(built.image.reference == "snapshot \(Self.snapshot.short)")
    }

    @Test func `labels may hold any text`() {
        let text = order("code", labels: ["a": "say \"$HOME\"\\\nnow"]).dockerfile(from: "b")
        #expect(text.hasSuffix("LABEL \"a\"=\"say \\\"\\$HOME\\\"\\\\now\"\n"))
    }

    @Test func `for Apptainer it is a definition`() async throws {
        let workshop = try Workshop(["a.py": "1"], on: .apptainer)
        _ = try await workshop.builder.bake(order(workshop.code), on: workshop.engine) { _ in }
        #expect(
            workshop.engine.memory.withLock { $0.recipes } == [
                """
                Bootstrap: localimage
                From: /images/\(Self.base.id.short).sif

                %files
                    code \(Self.code)

                %labels
                    org.reprise.snapshot 1

                """
            ]
        )
    }
}
