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
    private let chosenStore: String?
    private let opened = Mutex<Store?>(nil)

    /// `store` names the store's folder itself, instead of the `.reprise` that is found from `folder` upwards.
    public init(world: World, folder: String, store: String? = nil) {
        self.world = world
        self.folder = folder
        chosenStore = store ?? world.variables["REPRISE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The path seen from this laboratory's folder, absolute and without `.` and `..`.
    package func absolute(_ path: String) -> String { absolutePath(path, from: folder) }

    /// The store, for verbs that look. Throws where there is none yet.
    package func store() throws -> Store {
        if let store = opened.withLock({ $0 }) { return store }
        guard let place = try storeFolder(near: folder) else { throw StoreError.missing(start: folder) }
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
        return try keep(Store.open(place, create: true, files: world.files, clock: world.wallClock))
    }

    /// Where the store is, or nil where there is none from `start` upwards.
    package func storeFolder(near start: String) throws -> String? {
        if let chosenStore { return absolute(chosenStore) }
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
