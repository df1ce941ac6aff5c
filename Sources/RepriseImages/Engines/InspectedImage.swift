import RepriseModel

/// An entry of what `image inspect` prints, the same for Podman and Docker.
struct InspectedImage: Decodable {
    let id: String
    let architecture: String?
    let repoDigests: [String]?
    let repoTags: [String]?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case architecture = "Architecture"
        case repoDigests = "RepoDigests"
        case repoTags = "RepoTags"
    }

    /// The first entry; nil where there is none, or where it has no id that we know how to read.
    static func first(in json: [UInt8]) -> InspectedImage? {
        // What is no such list is no image.
        try? Value(json: json[...]).decode([InspectedImage].self).first
    }

    /// Where a repository has more than one digest, those of one's own compression cannot be told from the registry's, so
    /// that none counts.
    var image: LocalImage? {
        guard let id = Digest(id.hasPrefix("sha256:") ? id.dropFirst(7) : id[...]) else { return nil }
        var found: [String: Set<Digest>] = [:]
        for entry in repoDigests ?? [] {
            let parts = entry.split(separator: "@", maxSplits: 1)
            guard parts.count == 2, parts[1].hasPrefix("sha256:"), let digest = Digest(parts[1].dropFirst(7)) else {
                continue
            }
            found[String(parts[0]), default: []].insert(digest)
        }
        let manifests = found.compactMapValues { $0.count == 1 ? $0.first : nil }
        return LocalImage(id: id, name: "sha256:\(id)", architecture: architecture, manifests: manifests)
    }
}
