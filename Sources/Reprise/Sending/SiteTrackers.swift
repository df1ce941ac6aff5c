import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem
import RepriseTrackers
import RepriseTracking

/// The trackers that a site names.
struct SiteTrackers: Sendable {
    let settings: [TrackerSettings]
    private let world: TrackerWorld
    private let credentials: CredentialStore

    init(_ site: Site, world: World, folder: String) throws {
        let credentials = CredentialStore(
            site,
            environment: world.variables,
            files: world.files,
            processes: world.processes
        )
        let file = try site.effective("trackers")?.place?.file
        settings = try site.settings.trackers
        self.credentials = credentials
        self.world = TrackerWorld(
            files: world.files,
            http: CurlHTTPClient(processes: world.processes, entropy: world.entropy),
            wallClock: world.wallClock,
            // As everywhere, a relative path in a file counts from that file's folder.
            folder: file?.hasPrefix("/") == true ? RepriseSystem.folder(of: file ?? folder) : folder,
            home: world.variables["HOME"],
            mark: "",
            secret: { try await credentials.resolve($0) }
        )
    }

    func key(of settings: TrackerSettings) throws -> TrackerKey {
        TrackerKey(kind: settings.kind, destination: try trackerDestination(settings, in: world))
    }

    /// In the order of the site, each once.
    var keys: [TrackerKey] {
        get throws {
            var seen: Set<TrackerKey> = []
            return try settings.map(key).filter { seen.insert($0).inserted }
        }
    }

    /// The tracker of that key, with the mark by which it knows its own files; nil where the site names no such one.
    func tracker(_ key: TrackerKey, mark: String) throws -> (any Tracker)? {
        guard let settings = try settings.first(where: { try self.key(of: $0) == key }) else { return nil }
        var world = world
        world.mark = mark
        return try makeTracker(settings, in: world)
    }

    func cleaned(_ text: String) async -> String { await credentials.redactor.redact(text) }
}

extension Laboratory {
    func siteTrackers(_ site: Site) throws -> SiteTrackers { try SiteTrackers(site, world: world, folder: folder) }

    /// From now on, runs that are made in the store go to the trackers that the site names, and to no other.
    package func announceTrackers(of site: Site, in store: Store) throws {
        var generator = EntropyGenerator(world.entropy)
        try store.setCurrentTrackers(siteTrackers(site).keys) { RunID(using: &generator).description }
    }
}
