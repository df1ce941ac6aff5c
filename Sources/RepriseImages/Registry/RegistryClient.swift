import RepriseModel
import RepriseSystem

/// Asks registries what stands behind a name, without an engine and without fetching an image.
package struct RegistryClient: Sendable {
    private let http: any HTTPClient
    private let files: any FileSystem
    private let processes: any ProcessRunner
    private let variables: [String: String]

    /// `variables` of the environment tell where logins lie.
    package init(
        http: any HTTPClient,
        files: any FileSystem,
        processes: any ProcessRunner,
        variables: [String: String]
    ) {
        self.http = http
        self.files = files
        self.processes = processes
        self.variables = variables
    }

    /// The image for that kind of processor. What the registry sends is checked against the digest that it, or the
    /// reference, claims. Without `login`, what this user's engines keep is used.
    package func resolve(
        _ reference: RegistryReference,
        architecture: String = machineArchitecture,
        login: RegistryLogin? = nil
    ) async throws -> RegistryImage {
        let logins = RegistryLogins(files: files, processes: processes, variables: variables)
        var visit = RegistryVisit(reference, http: http) {
            if let login { login } else { await logins.login(for: reference) }
        }
        let name = reference.digest.map { "sha256:\($0)" } ?? reference.tag ?? "latest"
        var (bytes, digest) = try await visit.manifest(name)
        var manifest = try read(bytes, of: reference)
        var found: String?
        if manifest.manifests != nil {
            guard let entry = manifest.entry(for: architecture), let chosen = entry.content else {
                let image = manifest.architectures
                throw EngineError.wrongArchitecture(reference.description, image: image, machine: architecture)
            }
            found = entry.platform?.architecture
            (bytes, digest) = try await visit.manifest("sha256:\(chosen)")
            manifest = try read(bytes, of: reference)
        }
        if let file = manifest.file {
            return RegistryImage(manifest: digest, config: nil, file: file, architecture: nil, bytes: manifest.bytes)
        }
        guard !reference.isFile, let config = manifest.config?.content else {
            throw EngineError.imageMissing(
                reference.description,
                words: "what the registry has under this name is no image"
            )
        }
        if found == nil { found = try await self.architecture(of: config, &visit) }
        return RegistryImage(
            manifest: digest,
            config: config,
            file: nil,
            architecture: found,
            bytes: manifest.bytes,
            layers: manifest.sizes
        )
    }

    /// Whether the registry has something under that name or digest; nil where it does not say. One that lets nobody in may
    /// let others in.
    package func has(_ reference: RegistryReference) async -> Bool? {
        let logins = RegistryLogins(files: files, processes: processes, variables: variables)
        var visit = RegistryVisit(reference, http: http) { await logins.login(for: reference) }
        do {
            _ = try await visit.manifest(reference.digest.map { "sha256:\($0)" } ?? reference.tag ?? "latest")
            return true
        } catch EngineError.imageMissing {
            return false
        } catch {
            return nil
        }
    }

    private func read(_ bytes: [UInt8], of reference: RegistryReference) throws -> RegistryManifest {
        let manifest = try? RegistryManifest(json: bytes)
        if let manifest, manifest.schemaVersion == 2 { return manifest }
        throw EngineError.refused(
            command: "GET \(reference)",
            status: 200,
            words:
                "the registry keeps the image in a form that has no digest of its own; push it anew with a current engine"
        )
    }

    private func architecture(of config: Digest, _ visit: inout RegistryVisit) async throws -> String? {
        struct Configuration: Decodable { var architecture: String? }
        let bytes = try await visit.blob(config)
        return try? Value(json: bytes[...]).decode(Configuration.self).architecture
    }
}
