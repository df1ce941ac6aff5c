import RepriseImages
import RepriseModel
import Testing

@Suite struct `References to registries` {
    @Test func `a reference is written with its host, its tag and its digest`() throws {
        let digest = try #require(Digest(String(repeating: "ab", count: 32)))
        let reference = RegistryReference(host: "docker.io", path: "library/python", tag: "3.12", digest: digest)
        #expect(reference.description == "docker.io/library/python:3.12@sha256:\(digest)")
    }
}
