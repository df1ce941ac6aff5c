import RepriseModel
import Testing

@testable import RepriseImages

@Suite struct `Command lines of Apptainer` {
    private let digest = Digest(String(repeating: "ab", count: 32))

    @Test func `an address names the digest where there is one, and the transport by what it fetches`() {
        var reference = RegistryReference(host: "r.example.org", path: "lab/tool", tag: "1")
        #expect(ApptainerArguments.address(reference) == "docker://r.example.org/lab/tool:1")
        reference.digest = digest
        reference.isFile = true
        #expect(
            ApptainerArguments.address(reference)
                == "oras://r.example.org/lab/tool@sha256:" + String(repeating: "ab", count: 32)
        )
    }

    @Test(arguments: [
        ("localhost:5000", true), ("127.0.0.1:5000", true), ("[::1]:5000", true), ("localhost.example.org", false),
        ("registry.example.org", false), ("128.0.0.1", false),
    ])
    func `only registries of this machine are spoken with in the clear`(host: String, isLoopback: Bool) {
        #expect(ApptainerArguments.isLoopback(host) == isLoopback)
        let words = ApptainerArguments.push("x.sif", to: RegistryReference(host: host, path: "x", isFile: true))
        #expect(words.contains("--no-https") == isLoopback)
    }

    @Test func `what a person set for containers is taken away, logins are not`() {
        let taken = ["APPTAINER_BIND", "SINGULARITY_BINDPATH", "APPTAINERENV_LD_PRELOAD", "SINGULARITYENV_X"]
        #expect(taken.allSatisfy(ApptainerArguments.changesContainers))
        let kept = ["APPTAINER_DOCKER_PASSWORD", "APPTAINER_CONFIGDIR", "PATH", "HOME"]
        #expect(!kept.contains(where: ApptainerArguments.changesContainers))
    }

    @Test func `a build names its arguments and its recipe`() {
        let order = BuildOrder(recipe: "/p/tool.def", context: "/p", name: "x", arguments: ["B": "2", "A": "1 1"])
        #expect(
            ApptainerArguments.build(order, to: "/d/image.sif", compression: []) == [
                "build", "--force", "--disable-cache", "--no-https", "--build-arg", "A=1 1", "--build-arg", "B=2",
                "/d/image.sif", "/p/tool.def",
            ]
        )
    }

    @Test func `a script sees no network, no home, and values that no shell expands`() {
        let words = ApptainerArguments.execute("id; true", in: "/i/x.sif")
        #expect(
            words == [
                "-q", "exec", "--containall", "--no-home", "--home", "/tmp", "--no-eval", "--pwd", "/", "--net",
                "--network", "none", "/i/x.sif", "/bin/sh", "-c", "id; true",
            ]
        )
    }
}
