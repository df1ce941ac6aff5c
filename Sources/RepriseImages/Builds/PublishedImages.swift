import RepriseModel
import RepriseSystem

/// Where images were sent to, in `images/published/<id>.json` of the store.
package struct PublishedImages: Sendable {
    /// A registry that has the image.
    package struct Place: Hashable, Sendable, Codable {
        /// With its host, without tag.
        package var repository: String
        package var tag: String
        /// What the registry hands it out by, whatever becomes of the tag.
        package var manifest: Digest
        package var publishedAt: Timestamp

        package init(repository: String, tag: String, manifest: Digest, publishedAt: Timestamp) {
            self.repository = repository
            self.tag = tag
            self.manifest = manifest
            self.publishedAt = publishedAt
        }
    }

    private let folder: String
    private let files: any FileSystem

    /// `folder` is `images` in the store.
    package init(folder: String, files: any FileSystem) {
        self.folder = folder + "/published"
        self.files = files
    }

    /// Newest first.
    package func places(of image: Digest) throws -> [Place] {
        let path = "\(folder)/\(image).json"
        guard try files.exists(path) else { return [] }
        return try Value(json: files.text(path)).decode()
    }

    /// The image with a registry that has it, where none was known.
    package func located(_ image: ImageIdentity) -> ImageIdentity {
        // A list that cannot be read is as good as none: it only helps to find the image again.
        guard image.manifest == nil, let place = try? places(of: image.id).first else { return image }
        var image = image
        image.repository = place.repository
        image.manifest = place.manifest
        return image
    }

    /// Remembers a place; the same repository and tag are there once.
    package func add(_ place: Place, of image: Digest) throws {
        let others = try places(of: image).filter { $0.repository != place.repository || $0.tag != place.tag }
        try files.makeFolder(folder)
        let text = try Value(encoding: [place] + others).json(pretty: true)
        try files.write(Array(text.utf8), to: "\(folder)/\(image).json", mode: 0o644, durable: true)
    }
}
