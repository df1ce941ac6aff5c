import OrderedCollections
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem
import RepriseTracking

/// The event files that runs write below their working directory and their outputs, as far as they have been found.
///
/// A look at a run costs a call for each folder that it has and a listing for each that has changed, so that looks are
/// seconds apart; what was found is read as often as any other file of metrics.
actor EventFiles {
    private struct Memory {
        var search: EventFileSearch
        var keys: EventKeys
        var tails: [MetricTail] = []
        var nextLook: Timestamp
        var isTold = false
    }

    private let store: Store
    private let folders: RunFolders
    /// Relative to the working directory and to the outputs; nil where nobody wants to know. Asked for each run that is seen
    /// for the first time.
    private let pattern: @Sendable () -> PathPattern?
    private var memories: OrderedDictionary<RunID, Memory> = [:]

    init(store: Store, folders: RunFolders, pattern: @escaping @Sendable () -> PathPattern?) {
        self.store = store
        self.folders = folders
        self.pattern = pattern
    }

    /// The event files of the run that have been found. Looks for more when it is time to; `isFinal` makes it that time.
    func tails(of run: RunID, isFinal: Bool) async throws -> [MetricTail] {
        let now = store.clock.now()
        guard var memory = try memories[run] ?? pattern().map({ try newMemory(of: run, $0, now) }) else { return [] }
        guard isFinal || now >= memory.nextLook else {
            keep(memory, of: run)
            return memory.tails
        }
        let found = memory.search.look(at: now)
        let cost = store.clock.now().milliseconds - now.milliseconds
        memory.nextLook = Timestamp(milliseconds: now.milliseconds + max(5000, 100 * cost))
        keep(memory, of: run)
        for file in found where try await !folders.holds(file.name, of: run) { add(file, to: run) }
        if memory.search.isCutShort, !memory.isTold { try tellCutShort(run) }
        return memories[run]?.tails ?? []
    }

    private func newMemory(of run: RunID, _ pattern: PathPattern, _ now: Timestamp) throws -> Memory {
        let folder = store.folder.run(run)
        var work = folder + "/work"
        if try store.files.exists(folder + "/.work/lower") { work = overlayUpper(of: work) }
        let roots = [
            EventFileSearch.Root(name: "work", path: work),
            EventFileSearch.Root(name: "outputs", path: folder + "/outputs"),
        ]
        return Memory(
            search: EventFileSearch(files: store.files, roots: roots, pattern: pattern),
            keys: EventKeys(sources: try store.positions(of: run).keys.sorted()),
            nextLook: Timestamp(milliseconds: now.milliseconds + 1000)
        )
    }

    private func keep(_ memory: Memory, of run: RunID) {
        if memories[run] == nil, memories.count >= 256 { memories.removeFirst() }
        memories[run] = memory
    }

    private func add(_ file: EventFileSearch.Found, to run: RunID) {
        guard let prefix = memories[run]?.keys.prefix(of: file.name) else { return }
        let source = EventKeys.source(file.name, prefix: prefix)
        memories[run]?.tails
            .append(MetricTail(run: run, source: source, path: file.path, kind: .events, prefix: prefix))
    }

    private func tellCutShort(_ run: RunID) throws {
        memories[run]?.isTold = true
        try store.note(
            "more than \(EventFileSearch.mostNames) files were left, and not all were looked at for TensorBoard's events; "
                + "the setting `tensorboard` can name where they are",
            on: run
        )
    }
}
