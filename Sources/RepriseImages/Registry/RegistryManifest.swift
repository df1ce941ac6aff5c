import RepriseModel

/// What registries and layouts keep of an image: a manifest, or a list of manifests for many kinds of processors.
struct RegistryManifest: Decodable {
    struct Part: Decodable {
        var mediaType: String?
        var digest: String
        var size: Int64?
        var platform: Platform?
        var annotations: [String: String]?

        var content: Digest? { digest.hasPrefix("sha256:") ? Digest(digest.dropFirst(7)) : nil }
    }

    struct Platform: Decodable {
        var architecture: String
        var os: String?
        var variant: String?
    }

    var schemaVersion: Int
    var mediaType: String?
    var config: Part?
    var layers: [Part]?
    var manifests: [Part]?

    static let accept = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    .joined(separator: ", ")

    init(json: [UInt8]) throws { self = try Value(json: json[...]).decode(RegistryManifest.self) }

    /// The digest of the one file that an `oras://` reference stands for.
    var file: Digest? { layers?.first { $0.mediaType?.contains("sylabs.sif") == true }?.content }

    var sizes: [Digest: Int64] {
        var sizes: [Digest: Int64] = [:]
        for layer in layers ?? [] { if let digest = layer.content { sizes[digest] = layer.size } }
        return sizes
    }

    var bytes: Int64 { (layers ?? []).reduce(config?.size ?? 0) { $0 + ($1.size ?? 0) } }

    /// The entry of a list for Linux on that kind of processor; the newest variant where there are several.
    func entry(for architecture: String) -> Part? {
        (manifests ?? [])
            .filter { $0.platform?.architecture == architecture && ($0.platform?.os ?? "linux") == "linux" }
            .max { ($0.platform?.variant ?? "") < ($1.platform?.variant ?? "") }
    }

    var architectures: String {
        let names = (manifests ?? []).compactMap(\.platform?.architecture).filter { $0 != "unknown" }
        return Set(names).sorted().joined(separator: ", ")
    }
}
