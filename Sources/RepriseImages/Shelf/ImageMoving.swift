import RepriseModel
import RepriseSystem

/// When a registry is asked whether one of its tags has moved.
package enum RegistryAsking: Hashable, Sendable {
    case always
    /// At most once an hour for each name; one on this machine itself always. What it said then still counts.
    case seldom
    case never
}

extension ImageShelf {
    /// Another image that the reference means now, where that is not the pinned one; nil where it still is, or where
    /// nobody can tell.
    package func moved(
        _ text: String,
        from folder: String,
        pinned: ImageIdentity,
        on engine: any ContainerEngine,
        asking: RegistryAsking = .seldom
    ) async -> ImageIdentity? {
        guard let source = try? ImageSource(text, from: folder) else { return nil }
        let now: ImageIdentity?
        switch source {
        case .registry(let reference):
            guard reference.digest == nil else { return nil }
            now = await registered(reference, text, asking)
        case .dockerArchive(let path, _), .ociArchive(let path, _), .ociLayout(let path, _), .file(let path):
            if origins.known(Self.text(of: source), at: path) == pinned.id { return nil }
            now = try? await resolve(text, from: folder, on: engine)
        case .engine(let name, let kind):
            guard !name.hasPrefix("sha256:") else { return nil }
            let asked = kind.flatMap { try? search.engine($0) } ?? engine
            guard let id = try? await asked.id(of: name), id != pinned.id else { return nil }
            now = ImageIdentity(id: id, reference: text)
        }
        return now?.id == pinned.id ? nil : now
    }

    private struct Asked: Codable {
        var asked: Timestamp
        var image: ImageIdentity?
    }

    private func registered(
        _ reference: RegistryReference,
        _ text: String,
        _ asking: RegistryAsking
    ) async -> ImageIdentity? {
        let bytes = (try? files.read(answer(of: reference), limit: 1 << 20)) ?? []
        let last = try? Value(json: bytes[...]).decode(Asked.self)
        if asking == .never { return last?.image }
        if asking == .seldom, !reference.isLoopback, let last {
            let age = clock.now().since(last.asked)
            if age >= .zero, age < .seconds(3600) { return last.image }
        }
        if let image = try? await registered(reference, text) { return image }
        // It is not asked again at once, and what it said last still counts.
        noteAnswer(of: reference, last?.image)
        return last?.image
    }

    /// Remembers what the registry said just now; nil where it said nothing.
    func noteAnswer(of reference: RegistryReference, _ image: ImageIdentity?) {
        // A note that cannot be written means that the registry is asked once more.
        if let value = try? Value(encoding: Asked(asked: clock.now(), image: image)) {
            try? files.makeFolder(folder + "/asked")
            try? files.write(value.json(pretty: true) + "\n", to: answer(of: reference))
        }
    }

    private func answer(of reference: RegistryReference) -> String {
        "\(folder)/asked/\(SHA256Hasher.digest(of: reference.description.utf8).description.prefix(24)).json"
    }
}
