import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseImages

@Suite struct `Command lines for engines` {
    private let order = BuildOrder(
        recipe: "/c/Dockerfile",
        context: "/c",
        name: "localhost/x:1",
        labels: ["b": "2", "a": "1"],
        arguments: ["V": "a b"],
        sourceDate: 7
    )

    @Test func `podman is told no more than it needs`() throws {
        let id = try #require(Digest(String(repeating: "ab", count: 32)))
        let far = RegistryReference(host: "ghcr.io", path: "a/b", tag: "1", digest: id)
        let near = RegistryReference(host: "127.0.0.1:5000", path: "a", tag: "1")
        let lines = [
            PodmanArguments.info, PodmanArguments.inspect("x:1"),
            PodmanArguments.execute("echo 'a b'", in: "sha256:\(id)", user: 0),
            PodmanArguments.execute("true", in: "sha256:\(id)", user: 1000), PodmanArguments.pull(far),
            PodmanArguments.pull(near), PodmanArguments.load("/a b.tar"), PodmanArguments.save(id, to: "/s.tar"),
            PodmanArguments.tag(id, as: "localhost/x:1"), PodmanArguments.build(order),
            PodmanArguments.push(id, to: far, digest: "/d/digest", login: "/d/auth.json"),
            PodmanArguments.push(id, to: near, digest: "/d/digest", login: nil),
        ]
        try expectGolden(text("podman", lines), "Engines/podman-arguments.txt")
    }

    @Test func `docker is told no more than it needs`() throws {
        let id = try #require(Digest(String(repeating: "ab", count: 32)))
        let far = RegistryReference(host: "ghcr.io", path: "a/b", tag: "1", digest: id)
        let near = RegistryReference(host: "127.0.0.1:5000", path: "a", tag: "1")
        let lines = [
            DockerArguments.info, DockerArguments.inspect("x:1"),
            DockerArguments.execute("echo 'a b'", in: "sha256:\(id)", user: 0),
            DockerArguments.execute("true", in: "sha256:\(id)", user: 1000), DockerArguments.pull(far),
            DockerArguments.pull(near), DockerArguments.load("/a b.tar"), DockerArguments.save(id, to: "/s.tar"),
            DockerArguments.tag(id, as: "localhost/x:1"), DockerArguments.untag("localhost/x:1"),
            DockerArguments.build(order), DockerArguments.push(near, login: "/d"),
            DockerArguments.push(near, login: nil),
        ]
        try expectGolden(text("docker", lines), "Engines/docker-arguments.txt")
    }

    private func text(_ program: String, _ lines: [[String]]) -> String {
        lines.map { ([program] + $0).map(shellQuoted).joined(separator: " ") }.joined(separator: "\n") + "\n"
    }
}
