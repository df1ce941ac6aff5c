import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSystem

/// Notices that a pinned reference means another image by now. Only told, never used: whatever cannot be asked, or takes
/// long to answer, is no obstacle.
struct PinWatch: Sendable {
    /// Milliseconds for which the answer of a registry holds, also that none came.
    private static let pause: Int64 = 600_000
    /// How long a launch waits for a registry, beside what it does anyway.
    private static let patience = Duration.milliseconds(1500)

    let files: any FileSystem
    let clock: any WallClock
    /// `images/pins.json` in the store: what registries and archives said when they were asked last.
    let memory: String

    /// The image that the reference means now; nil where that is the pinned one, or nobody can tell.
    func moved(
        _ text: String,
        from folder: String,
        _ pinned: ImageIdentity,
        shelf: ImageShelf,
        on engine: any ContainerEngine
    ) async -> Digest? {
        // A reference that cannot be read was refused before.
        guard let source = try? ImageSource(text, from: folder), let state = state(of: source) else { return nil }
        var known = remembered
        if state.isRemembered, let answer = known[text], state.isStill(answer) {
            return answer[path: "id"]?.stringValue.flatMap(Digest.init).flatMap { $0 == pinned.id ? nil : $0 }
        }
        let found = await asked(within: state.patience) {
            await shelf.moved(text, from: folder, pinned: pinned, on: engine)?.id
        }
        guard state.isRemembered else { return found }
        known[text] = [
            "at": .integer(state.at), "look": .string(state.look), "id": .string((found ?? pinned.id).description),
        ]
        while known.count > 100 { known.removeFirst() }
        // Losing it costs a question.
        try? files.makeFolder(RepriseSystem.folder(of: memory))
        try? files.write(Value.map(known).json(), to: memory)
        return found
    }

    private func asked(
        within patience: Duration?,
        _ question: @escaping @Sendable () async -> Digest?
    ) async -> Digest? {
        guard let patience else { return await question() }
        return await withTaskGroup(of: Digest?.self) { group in
            group.addTask { await question() }
            group.addTask {
                // Ended early when the answer comes first.
                try? await ContinuousClock().sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private var remembered: Mapping {
        guard let text = try? files.text(memory) else { return [:] }
        return (try? Value(json: text))?.mapValue ?? [:]
    }

    /// What decides whether an answer still holds.
    private struct State {
        var at: Int64
        /// How an archive's file looked; empty for a registry, whose answer holds for a while.
        var look = ""
        var isRemembered = true
        var patience: Duration?

        func isStill(_ answer: Value) -> Bool {
            guard look.isEmpty else { return answer[path: "look"]?.stringValue == look }
            return abs(at - (answer[path: "at"]?.integerValue ?? 0)) < PinWatch.pause
        }
    }

    /// nil where the reference can mean nothing else.
    private func state(of source: ImageSource) -> State? {
        var state = State(at: clock.now().milliseconds)
        switch source {
        case .registry(let reference):
            guard reference.digest == nil else { return nil }
            state.patience = Self.patience
        case .engine, .file: state.isRemembered = false
        case .dockerArchive(let path, _), .ociArchive(let path, _), .ociLayout(let path, _):
            // To read an archive takes long; one that is gone says nothing.
            guard let status = try? files.status(path) else { return nil }
            state.look = "\(status.modified) \(status.changed) \(status.bytes) \(status.inode)"
        }
        return state
    }
}
