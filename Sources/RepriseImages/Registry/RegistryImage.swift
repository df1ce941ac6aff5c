import RepriseModel

/// What a registry says of an image, for one kind of processor.
package struct RegistryImage: Hashable, Sendable {
    /// The digest by which it hands this very image out, not that of a list for many kinds of processors.
    package var manifest: Digest
    /// The image's id, for one that engines like Podman execute.
    package var config: Digest?
    /// SHA-256 of the file, for one that is a `.sif`.
    package var file: Digest?
    package var architecture: String?
    /// Of all that has to be fetched, compressed.
    package var bytes: Int64
    /// The layers' bytes, compressed, by their digests.
    package var layers: [Digest: Int64]

    package init(
        manifest: Digest,
        config: Digest?,
        file: Digest?,
        architecture: String?,
        bytes: Int64,
        layers: [Digest: Int64] = [:]
    ) {
        self.manifest = manifest
        self.config = config
        self.file = file
        self.architecture = architecture
        self.bytes = bytes
        self.layers = layers
    }
}
