import RepriseModel

/// What `docker` is told.
enum DockerArguments: StoringEngineArguments {
    static let info = ["info", "--format", "{{json .}}"]

    static func execute(_ script: String, in image: String, user: Int) -> [String] {
        [
            "run", "--rm", "--pull", "never", "--network", "none", "--log-driver", "none", "--user",
            user == 0 ? "0:0" : String(user), "--security-opt", "label=disable", "--env", "HOME=/tmp", "--entrypoint",
            "/bin/sh", image, "-c", script,
        ]
    }

    static func pull(_ reference: RegistryReference) -> [String] { ["pull", reference.address] }

    static func save(_ id: Digest, to archive: String) -> [String] { ["save", "--output", archive, "sha256:\(id)"] }

    static func untag(_ name: String) -> [String] { ["image", "rm", "--no-prune", name] }

    /// The times are kept by BuildKit alone; the classic builder does not know how.
    static func build(_ order: BuildOrder) -> [String] {
        [
            "build", "--pull=false", "--force-rm", "--build-arg", "SOURCE_DATE_EPOCH=\(order.sourceDate)", "--tag",
            order.name,
        ]
            + content(of: order)
    }

    static func push(_ reference: RegistryReference, login folder: String?) -> [String] {
        (folder.map { ["--config", $0] } ?? []) + ["push", reference.address]
    }
}
