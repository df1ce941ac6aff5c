import RepriseModel

/// What `docker` is told.
enum DockerArguments {
    static let info = ["info", "--format", "{{json .}}"]

    static func inspect(_ name: String) -> [String] { ["image", "inspect", name] }

    static func execute(_ script: String, in image: String, user: Int) -> [String] {
        [
            "run", "--rm", "--pull", "never", "--network", "none", "--log-driver", "none", "--user",
            user == 0 ? "0:0" : String(user), "--security-opt", "label=disable", "--env", "HOME=/tmp", "--entrypoint",
            "/bin/sh", image, "-c", script,
        ]
    }

    static func pull(_ reference: RegistryReference) -> [String] { ["pull", reference.address] }

    static func load(_ archive: String) -> [String] { ["load", "--input", archive] }

    static func save(_ id: Digest, to archive: String) -> [String] { ["save", "--output", archive, "sha256:\(id)"] }

    static func tag(_ id: Digest, as name: String) -> [String] { ["tag", "sha256:\(id)", name] }

    static func untag(_ name: String) -> [String] { ["image", "rm", "--no-prune", name] }

    /// The times are kept by BuildKit alone; the classic builder does not know how.
    static func build(_ order: BuildOrder) -> [String] {
        [
            "build", "--pull=false", "--force-rm", "--build-arg", "SOURCE_DATE_EPOCH=\(order.sourceDate)", "--tag",
            order.name,
        ]
            + order.arguments.sorted { $0.key < $1.key }.flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
            + order.labels.sorted { $0.key < $1.key }.flatMap { ["--label", "\($0.key)=\($0.value)"] }
            + ["--file", order.recipe, order.context]
    }

    static func push(_ reference: RegistryReference, login folder: String?) -> [String] {
        (folder.map { ["--config", $0] } ?? []) + ["push", reference.address]
    }
}
