import RepriseModel
import RepriseStore
import RepriseSystem
import Synchronization

/// The verbs of Reprise, for programs: write an experiment down, run it, look at it, repeat it, judge it.
///
/// A laboratory belongs to a folder; its store is found there or above it when a verb first needs it, and made by the
/// first verb that keeps something. Any number of laboratories, in any number of processes, may use one store.
public final class Laboratory: Sendable {
    package let world: World
    /// The folder from which relative paths count, absolute.
    package let folder: String
    /// The store's folder where a person named one.
    private let chosenStore: ChosenStore?
    private let opened = Mutex<Store?>(nil)

    /// `store` names the store's folder itself, instead of the `.reprise` that is found from `folder` upwards.
    public init(world: World, folder: String, store: String? = nil) {
        self.world = world
        self.folder = folder
        let home = world.variables["REPRISE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        chosenStore =
            store.map { ChosenStore(path: $0, source: .option) }
            ?? home.map { ChosenStore(path: $0, source: .variable) }
    }

    /// The path seen from this laboratory's folder, absolute and without `.` and `..`.
    package func absolute(_ path: String) -> String { absolutePath(path, from: folder) }

    /// The store, for verbs that look. Throws where there is none yet.
    package func store() throws -> Store {
        if let store = opened.withLock({ $0 }) { return store }
        guard let place = try storeFolder(near: folder) else { throw try noStore() }
        try chosenStore?.expectStore(in: place, world.files)
        return try keep(Store.open(place, files: world.files, clock: world.wallClock))
    }

    /// The store, for verbs that keep something: the one that is there, else a new one in `home`. Throws where this user may
    /// only look at it.
    package func store(makingIn home: String) throws -> Store {
        let store = try opened.withLock { $0 } ?? made(in: home)
        try store.expectWritable()
        return store
    }

    private func made(in home: String) throws -> Store {
        let place = try storeFolder(near: home) ?? home + "/.reprise"
        try chosenStore?.expectNoFile(at: place, world.files)
        return try keep(Store.open(place, create: true, files: world.files, clock: world.wallClock))
    }

    /// A project that `init` has prepared lacks nothing but its first run.
    private func noStore() throws -> StoreError {
        var place = folder
        while true {
            if try world.files.exists(place + "/reprise.yaml") {
                let experiments = try world.files.names(in: place).filter { $0.hasSuffix(".exp.yaml") }
                let file = experiments.first.map { relativePath("\(place)/\($0)", from: folder) }
                return .noRuns(folder: place, file: experiments.count == 1 ? file : nil)
            }
            let above = RepriseSystem.folder(of: place)
            guard above != place else { return .missing(start: folder) }
            place = above
        }
    }

    /// Where the store is, or nil where there is none from `start` upwards.
    package func storeFolder(near start: String) throws -> String? {
        if let chosenStore { return absolute(chosenStore.path) }
        return try StoreFolder.find(from: start, world.files)?.root
    }

    private func keep(_ store: Store) -> Store {
        opened.withLock { kept in
            if let kept { return kept }
            kept = store
            return store
        }
    }
}
