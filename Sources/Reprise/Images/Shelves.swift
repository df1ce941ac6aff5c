import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem
import Synchronization

extension World {
    /// Finds the engines of this machine; what they told about themselves is remembered in the store.
    func engineSearch(_ store: StoreFolder) -> EngineSearch { engineSearch(cacheIn: store.root) }

    func engineSearch(cacheIn root: String) -> EngineSearch {
        EngineSearch(
            files: files,
            processes: processes,
            variables: variables,
            cache: root + "/cache/engines.json",
            user: LiveHost().facts().user
        )
    }

    /// The images that the store knows.
    func imageShelf(_ store: StoreFolder) -> ImageShelf {
        ImageShelf(
            folder: store.root + "/images",
            files: files,
            trees: LiveFileTree(),
            processes: processes,
            http: CurlHTTPClient(processes: processes, entropy: entropy),
            clock: wallClock,
            search: engineSearch(store)
        )
    }
}

extension Laboratory {
    /// The images that the store knows.
    func shelf(_ store: Store) -> ImageShelf { world.imageShelf(store.folder) }

    /// What executes images on the target. `format` is that of the image, where it is known: no engine but Apptainer
    /// executes a `.sif`. Throws at once where the target can execute no such image; what works here is asked when the
    /// engine is first needed.
    func engine(
        for target: TargetSettings,
        format: ImageIdentity.Format? = nil,
        in store: Store
    ) throws -> EngineSource {
        let kinds = try target.engines(for: format, variables: world.variables)
        let search = world.engineSearch(store.folder)
        let choice = EngineChoice { try await search.firstWorking(kinds) }
        return { try await choice.engine }
    }
}

extension Laboratory {
    /// The engines of targets that execute images of this machine, each looked for once.
    func containerPlaces(_ store: Store) -> @Sendable (TargetSettings) throws -> RunContainers.Place? {
        let places = KnownPlaces()
        return { target in
            guard target.isSupported, target.kind.executesHere || target.kind == .slurm else { return nil }
            return try places.place(for: target.withoutCapacity) {
                // A target that cannot execute one kind of image may execute the other.
                let apptainer = try? self.engine(for: target, format: .sif, in: store)
                var place = RunContainers.Place(engine: try self.engine(for: target, in: store), apptainer: apptainer)
                place.executesHere = target.kind.executesHere
                return place
            }
        }
    }
}

/// Keeps what was found for targets of which the same is said.
private final class KnownPlaces: Sendable {
    private let places = Mutex<[TargetSettings: RunContainers.Place]>([:])

    func place(
        for target: TargetSettings,
        _ find: () throws -> RunContainers.Place
    ) throws -> RunContainers.Place {
        if let known = places.withLock({ $0[target] }) { return known }
        let place = try find()
        places.withLock { $0[target] = place }
        return place
    }
}

/// An engine that was found once and is the same from then on.
private actor EngineChoice {
    private let find: @Sendable () async throws -> (engine: any ContainerEngine, facts: EngineFacts)
    private var found: (engine: any ContainerEngine, facts: EngineFacts)?

    init(find: @escaping @Sendable () async throws -> (engine: any ContainerEngine, facts: EngineFacts)) {
        self.find = find
    }

    var engine: (engine: any ContainerEngine, facts: EngineFacts) {
        get async throws {
            if let found { return found }
            let answer = try await find()
            found = answer
            return answer
        }
    }
}

extension TargetSettings {
    /// The engines that would do on this target, the best first.
    func engines(for format: ImageIdentity.Format?, variables: [String: String]) throws -> [EngineKind] {
        let mine = engines(variables)
        guard format == .sif else { return mine }
        guard mine.contains(.apptainer) else {
            throw Mistake(
                "target `\(name)` cannot execute a `.sif` image",
                why: "its engine is " + mine.map { "`\($0.rawValue)`" }.joined(separator: " or "),
                fix: "run on a target of kind `apptainer` or `process`, or name an image from a registry",
                code: "wrong-image-format"
            )
        }
        return [.apptainer]
    }

    private func engines(_ variables: [String: String]) -> [EngineKind] {
        // What a node of a cluster executes is a file that all of them see.
        if kind == .apptainer || kind == .slurm { return [.apptainer] }
        if let chosen = engine.flatMap(EngineKind.init(rawValue:)) { return [chosen] }
        func isSet(_ name: String) -> Bool { variables[name]?.isEmpty == false }
        let prefersDocker = isSet("DOCKER_HOST") && !isSet("CONTAINER_HOST")
        let first: [EngineKind] = prefersDocker ? [.docker, .podman] : [.podman, .docker]
        return kind == .process ? first + [.apptainer] : first
    }
}

extension ProgressEvent {
    /// What a shelf tells about one image.
    static func image(_ reference: String, _ progress: ImageProgress) -> ProgressEvent {
        switch progress {
        case .line(let text): .image(reference: reference, text: text, done: nil, total: nil)
        case .waiting(let text): .image(reference: reference, text: "waits for \(text)", done: nil, total: nil)
        case .bytes(let done, let total): .image(reference: reference, text: "", done: done, total: total)
        }
    }

    /// There is nothing more to tell about the image.
    static func imageReady(_ reference: String) -> ProgressEvent {
        .image(reference: reference, text: "", done: nil, total: nil)
    }
}
