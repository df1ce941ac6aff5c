import OrderedCollections
import RepriseModel
import RepriseSystem

/// An image in a docker-archive or oci-archive, as far as its index tells.
struct ArchivedImage: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case docker, oci }

    var kind: Kind
    /// Of the configuration: the image's id.
    var id: Digest

    /// Reads one with `tar`, which every machine has that has an engine.
    static func read(_ archive: String, _ processes: any ProcessRunner) async throws -> ArchivedImage {
        func content(_ member: String) async throws -> ArraySlice<UInt8>? {
            let result = try await processes.run(Invocation("tar", ["-xOf", archive, member]))
            return result.status == 0 ? result.output[...] : nil
        }
        if let manifest = try await content("manifest.json"), let id = dockerConfiguration(manifest) {
            return ArchivedImage(kind: .docker, id: id)
        }
        var next = "index.json"
        // An index may name another one, for several kinds of processors.
        for _ in 0..<4 {
            guard let text = try await content(next), let step = ociStep(text, for: machineArchitecture) else { break }
            switch step {
            case .configuration(let id): return ArchivedImage(kind: .oci, id: id)
            case .manifest(let digest): next = "blobs/sha256/\(digest)"
            }
        }
        throw EngineError.damaged(
            lastName(of: archive),
            words: "it holds no `manifest.json` and no `index.json` of an image"
        )
    }

    /// The id, from a docker-archive's `manifest.json`.
    static func dockerConfiguration(_ json: ArraySlice<UInt8>) -> Digest? {
        guard let images = try? Value(json: json).listValue,
            let name = images.first?.mapValue?["Config"]?.stringValue
        else { return nil }
        return Digest(lastName(of: name).prefix { $0 != "." })
    }

    enum Step: Hashable { case manifest(Digest), configuration(Digest) }

    /// Where an index or a manifest of the OCI layout leads.
    static func ociStep(_ json: ArraySlice<UInt8>, for architecture: String) -> Step? {
        guard let map = try? Value(json: json).mapValue else { return nil }
        func digest(_ value: Value?) -> Digest? {
            value?.mapValue?["digest"]?.stringValue.flatMap { $0.hasPrefix("sha256:") ? Digest($0.dropFirst(7)) : nil }
        }
        if let configuration = digest(map["config"]) { return .configuration(configuration) }
        let manifests = map["manifests"]?.listValue ?? []
        let own = manifests.first { $0.mapValue?["platform"]?.mapValue?["architecture"]?.stringValue == architecture }
        return digest(own ?? manifests.first).map { .manifest($0) }
    }
}
