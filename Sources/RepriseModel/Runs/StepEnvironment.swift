/// What one step is executed in, decided when its snapshot was taken: an image by content, and how its container is fenced.
public struct StepEnvironment: Hashable, Sendable, Codable {
    public enum Network: String, Hashable, Sendable, Codable {
        /// Whatever the engine gives to a container.
        case engine = "default"
        case none, host
    }

    public var image: ImageIdentity
    public var network: Network
    /// Everything but the run's folder and `/tmp` refuses to be written.
    public var isReadOnly: Bool
    /// Bytes of `/dev/shm`; nil for the engine's own size.
    public var sharedMemory: Int64?

    public init(
        image: ImageIdentity,
        network: Network = .engine,
        isReadOnly: Bool = false,
        sharedMemory: Int64? = nil
    ) {
        self.image = image
        self.network = network
        self.isReadOnly = isReadOnly
        self.sharedMemory = sharedMemory
    }
}

/// An image by content, the same on every engine that has it.
public struct ImageIdentity: Hashable, Sendable, Codable {
    public enum Format: String, Hashable, Sendable, Codable {
        /// Layers and a configuration, as Podman, Docker and registries keep them.
        case oci
        /// One file, as Apptainer executes it.
        case sif
    }

    public var format: Format
    /// SHA-256 of the image's configuration, which names every layer by content, or of the `.sif` file.
    ///
    /// Podman and Docker call it the image's id. Unlike the manifest's digest it does not depend on how a registry
    /// compresses layers.
    public var id: Digest
    /// What the person wrote, such as `docker.io/library/python:3.12-slim`, `tools.sif` or `Dockerfile`; for messages.
    public var reference: String
    /// Where a registry has it, without tag or digest: `docker.io/library/python`; nil where none does.
    public var repository: String?
    /// The digest by which that registry hands it out; nil where no registry is known to have it.
    public var manifest: Digest?
    /// As Go and the engines say it: `amd64`, `arm64`.
    public var architecture: String?
    /// The digest of everything that it was built from; nil for an image that was not built here.
    public var recipe: Digest?

    public init(
        format: Format = .oci,
        id: Digest,
        reference: String,
        repository: String? = nil,
        manifest: Digest? = nil,
        architecture: String? = nil,
        recipe: Digest? = nil
    ) {
        self.format = format
        self.id = id
        self.reference = reference
        self.repository = repository
        self.manifest = manifest
        self.architecture = architecture
        self.recipe = recipe
    }
}
