import RepriseImages
import RepriseModel
import RepriseTestKit
import Testing

private let digest = String(repeating: "ab", count: 32)

@Suite struct `Sources of images` {
    private func source(_ text: String) throws -> ImageSource { try ImageSource(text, from: "/p") }

    @Test(arguments: [
        ("python", "docker.io/library/python:latest"),
        ("python:3.12", "docker.io/library/python:3.12"),
        ("team/tool:1", "docker.io/team/tool:1"),
        ("docker.io/library/python:3.12-slim", "docker.io/library/python:3.12-slim"),
        ("docker://python:3.12", "docker.io/library/python:3.12"),
        ("index.docker.io/python", "docker.io/library/python:latest"),
        ("host:5000/x/y@sha256:\(digest)", "host:5000/x/y@sha256:\(digest)"),
        ("ghcr.io/a/b:1@sha256:\(digest)", "ghcr.io/a/b:1@sha256:\(digest)"),
        ("[::1]:5000/x:1", "[::1]:5000/x:1"),
        ("docker:24", "docker.io/library/docker:24"),
    ])
    func `a name of a registry is read whole`(_ text: String, _ expected: String) throws {
        let reference = try RegistryReference(expected)
        #expect(try source(text) == .registry(reference))
        #expect(reference.description == expected)
    }

    @Test func `other kinds are told by their transport or their ending`() throws {
        #expect(try source("docker-archive:a.tar") == .dockerArchive("/p/a.tar", tag: nil))
        #expect(try source("docker-archive:/a.tar:x:1") == .dockerArchive("/a.tar", tag: "x:1"))
        #expect(try source("oci-archive:../b.tar:v1") == .ociArchive("/b.tar", tag: "v1"))
        #expect(try source("oci:layout") == .ociLayout("/p/layout", tag: nil))
        #expect(try source("tools.sif") == .file("/p/tools.sif"))
        #expect(try source("./env/tools.sif") == .file("/p/env/tools.sif"))
        #expect(try source("localhost/x:1") == .engine("localhost/x:1"))
        #expect(try source("localhost/x") == .engine("localhost/x:latest"))
        #expect(try source("localhost:5000/x:1") == .registry(RegistryReference("localhost:5000/x:1")))
        #expect(try source("sha256:\(digest)") == .engine("sha256:\(digest)"))
        #expect(try source(digest) == .engine("sha256:\(digest)"))
        #expect(try source("containers-storage:localhost/x:1") == .engine("localhost/x:1", of: .podman))
        #expect(try source("docker-daemon:x:1") == .engine("docker.io/library/x:1", of: .docker))
        #expect(try source("oras://ghcr.io/x:1") == .registry(RegistryReference("ghcr.io/x:1", isFile: true)))
    }

    @Test func `what is no image says why and what was meant`() throws {
        let texts = [
            "", "a b", "a\nb", "Python:3.12", "host.org/Team/tool", "x:", "x:-1",
            "x:\(String(repeating: "t", count: 129))",
            "x@sha256:12", "x@md5:12", "x//y", "/x", "a/", "-x", "dokcer://python", "oras:/x", "docker-archiv:x.tar",
            "docker-archive:", "oci:", "oci::v1", "image.tar", "./image.tar.gz", "library://x/y", "https://x.org/y",
            "host_name.org:1/x", "host:port/x", "oc:/a/b",
        ]
        var lines: [String] = []
        for text in texts {
            do {
                lines.append("\(text.debugDescription) -> \(try source(text))")
            } catch let error as any RepriseError {
                lines.append("\(text.debugDescription)\n\(error.description)\n  code: \(error.code)")
            }
        }
        try expectGolden(lines.joined(separator: "\n\n") + "\n", "Shelf/image-mistakes.txt")
    }

    @Test func `registries of this machine speak plain HTTP`() throws {
        for host in ["127.0.0.1:5000", "localhost:5000", "127.1.2.3", "[::1]:5000"] {
            #expect(RegistryReference(host: host, path: "x").isLoopback)
        }
        for host in ["docker.io", "localhost.org", "192.0.2.1:5000", "[fe80::1]"] {
            #expect(!RegistryReference(host: host, path: "x").isLoopback)
        }
    }
}
