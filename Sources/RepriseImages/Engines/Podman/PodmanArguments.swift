import RepriseModel

/// What `podman` is told.
enum PodmanArguments: StoringEngineArguments {
    static let info = ["info", "--format", "json"]

    static func execute(_ script: String, in image: String, user: Int) -> [String] {
        let ids = user == 0 ? ["--user", "0:0"] : ["--userns", "keep-id"]
        return ["run", "--rm", "--pull", "never", "--network", "none", "--log-driver", "none"] + ids + [
            "--security-opt", "label=disable", "--env", "HOME=/tmp", "--entrypoint", "/bin/sh", image, "-c", script,
        ]
    }

    static func pull(_ reference: RegistryReference) -> [String] {
        ["pull"] + tls(reference) + [reference.address]
    }

    static func save(_ id: Digest, to archive: String) -> [String] {
        ["save", "--quiet", "--format", "docker-archive", "--output", archive, "sha256:\(id)"]
    }

    static func untag(_ name: String) -> [String] { ["untag", name] }

    /// Without the label that names the version of the builder: the same content is the same image after an update.
    static func build(_ order: BuildOrder) -> [String] {
        [
            "build", "--pull=never", "--timestamp", String(order.sourceDate), "--identity-label=false", "--tag",
            order.name,
        ]
            + content(of: order)
    }

    static func push(_ id: Digest, to reference: RegistryReference, digest: String, login: String?) -> [String] {
        ["push", "--digestfile", digest] + tls(reference) + (login.map { ["--authfile", $0] } ?? [])
            + ["sha256:\(id)", "docker://" + reference.address]
    }

    private static func tls(_ reference: RegistryReference) -> [String] {
        reference.isLoopback ? ["--tls-verify=false"] : []
    }
}

extension RegistryReference {
    /// With the digest alone where there is one: engines refuse a name with both.
    package var address: String {
        digest.map { "\(repository)@sha256:\($0)" } ?? "\(repository):\(tag ?? "latest")"
    }
}
