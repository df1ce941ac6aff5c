import RepriseModel

/// An image that lies in the store as a file, so that no registry is needed to have it again.
package struct KeptImage: Hashable, Sendable {
    package var image: ImageIdentity
    /// The file itself: a docker-archive, or a `.sif`.
    package var path: String
    package var bytes: Int64
    /// SHA-256 of the file.
    package var digest: Digest
    package var kept: Timestamp

    package init(image: ImageIdentity, path: String, bytes: Int64, digest: Digest, kept: Timestamp) {
        self.image = image
        self.path = path
        self.bytes = bytes
        self.digest = digest
        self.kept = kept
    }
}
