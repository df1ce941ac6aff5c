import OrderedCollections
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// Fills the folders of runs: code, parameters, request. Once for each run, however many jobs it has.
actor RunFolders {
    private let store: Store
    private let workspaces: Workspaces
    /// Whether all of the run's steps are executed by this machine.
    private let isExecutedHere: @Sendable (RunRequest) -> Bool
    private var busy: [RunID: [CheckedContinuation<Void, Never>]] = [:]
    private var manifests: [Digest: SnapshotManifest] = [:]
    private var requests: OrderedDictionary<RunID, RunRequest> = [:]

    init(store: Store, workspaces: Workspaces, isExecutedHere: @escaping @Sendable (RunRequest) -> Bool) {
        self.isExecutedHere = isExecutedHere
        self.store = store
        self.workspaces = workspaces
    }

    func request(_ run: RunID) throws -> RunRequest {
        if let known = requests[run] { return known }
        let request = try store.request(run)
        // A supervisor of a hundred thousand runs must not keep them all.
        if requests.count > 256 { requests.removeFirst() }
        requests[run] = request
        return request
    }

    func manifest(_ id: Digest) throws -> SnapshotManifest {
        if let known = manifests[id] { return known }
        guard let record = try store.snapshot(id) else {
            throw Mistake(
                "the snapshot \(id.short) is gone",
                why: "the store knows runs that need it, and not the snapshot itself",
                fix: "run `reprise doctor`",
                code: "snapshot-missing",
                fault: .world
            )
        }
        manifests[id] = record.manifest
        return record.manifest
    }

    /// Makes the run's folder ready, and tells how its jobs see the code. A run that was made ready before stays as it is.
    func makeReady(_ request: RunRequest) async throws -> WorkspacePlan {
        while busy[request.id] != nil {
            await withCheckedContinuation { busy[request.id]?.append($0) }
        }
        busy[request.id] = []
        defer { busy.removeValue(forKey: request.id)?.forEach { $0.resume() } }
        let folder = store.folder.run(request.id)
        if let plan = try plan(of: request.id) { return plan }
        // What a supervisor left that died in the middle of this.
        for name in ["work", ".work"] { try store.files.remove("\(folder)/\(name)") }
        try store.files.makeFolder("\(folder)/outputs")
        let plan = try await fillWork(of: request, at: "\(folder)/work")
        try store.files.write(parameters(of: request).json(pretty: true) + "\n", to: "\(folder)/parameters.json")
        if case .overlay(let lower) = plan { try store.files.write(lower, to: "\(folder)/.work/lower") }
        // Last: its presence says that the rest is there.
        try store.files.write(Value(encoding: request).json(pretty: true) + "\n", to: "\(folder)/run.json")
        return plan
    }

    private func fillWork(of request: RunRequest, at work: String) async throws -> WorkspacePlan {
        if let development = request.development {
            try store.files.makeLink(work, to: development)
            return .copied
        }
        // A layer is laid by the script itself, which in a container neither may nor sees what lies below, and on another
        // machine perhaps may not.
        let mayShare =
            request.steps.allSatisfy { $0.environment == nil } && isExecutedHere(request)
        return try await workspaces.prepare(manifest(request.frozen()).code, at: work, mayShare: mayShare)
    }

    /// Whether a file of the run, by its path below the run's folder, came with the code.
    func holds(_ path: String, of run: RunID) async throws -> Bool {
        guard path.hasPrefix("work/"), try plan(of: run) == .copied else { return false }
        return try await workspaces.holds(String(path.dropFirst(5)), in: manifest(request(run).frozen()).code)
    }

    /// How the jobs of a run that was made ready see the code; nil for one that was not.
    func plan(of run: RunID) throws -> WorkspacePlan? {
        let folder = store.folder.run(run)
        guard try store.files.exists("\(folder)/run.json") else { return nil }
        guard try store.files.exists("\(folder)/.work/lower") else { return .copied }
        return .overlay(lower: try store.files.text("\(folder)/.work/lower"))
    }

    private func parameters(of request: RunRequest) -> Value {
        var value = Value.map([:])
        for parameter in request.parameters { value[path: parameter.name] = parameter.value }
        return value
    }
}
