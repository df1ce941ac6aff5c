import RepriseExperiments
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// One data item of an experiment: what `reprise.lock` says and what lies there.
public struct DataReport: Hashable, Sendable {
    /// How the item stands.
    public enum State: String, Hashable, Sendable { case same, new, changed, missing }

    public var name: String
    public var path: String
    public var state: State
    /// What lies there now; nil where nothing does.
    public var digest: Digest?
    public var bytes: Int64
    public var files: Int
    /// What the lock says; nil for an item that was never locked.
    public var locked: Digest?
}

extension Laboratory {
    /// How each data item of the experiment stands. What looks unchanged is not read again, unless `thorough`.
    public func dataStatus(
        file: String,
        thorough: Bool = false,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> [DataReport] {
        let (requests, folder, capture) = try await data(of: file, thorough: thorough)
        let lock = try DataLock(in: folder, files: world.files)
        var reports: [DataReport] = []
        for request in requests {
            let locked = request.digest ?? lock.entries[request.path]?.digest
            let path = absolutePath(request.path, from: folder)
            do {
                let item = try await capture.digest(name: request.name, path: path) { done, total in
                    progress(.snapshot(what: "data \(request.name)", done: Int(done), total: Int(total)))
                }
                let state: DataReport.State = locked.map { $0 == item.digest ? .same : .changed } ?? .new
                reports.append(DataReport(request, item, state: state, locked: locked))
            } catch DataError.missing {
                reports.append(DataReport(request, nil, state: .missing, locked: locked))
            }
        }
        return reports
    }

    /// Accepts what lies there now as the content of the named items, or of all, and writes `reprise.lock`.
    public func dataAdd(
        file: String,
        names: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> [DataReport] {
        let (requests, folder, capture) = try await data(of: file)
        for name in names where !requests.contains(where: { $0.name == name }) {
            let known = requests.map(\.name)
            throw Mistake(
                "the experiment has no data `\(name)`",
                why: known.isEmpty ? "it names no data" : "it has " + known.map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: name, among: known).map { "did you mean `\($0)`?" },
                code: "unknown-data"
            )
        }
        let chosen = requests.filter { names.isEmpty || names.contains($0.name) }
        let items = try await capture.capture(chosen, in: folder, accepting: Set(chosen.map(\.name))) { done, total in
            progress(.snapshot(what: "data", done: Int(done), total: Int(total)))
        }
        return zip(chosen, items).map { DataReport($0, $1, state: .same, locked: $1.digest) }
    }

    private func data(of file: String, thorough: Bool = false) async throws -> ([DataRequest], String, DataCapture) {
        let plan = try await plan(RunOptions(file: file, confirmed: true))
        guard let part = plan.plans.first else {
            throw Mistake("`\(file)` holds no experiment", code: "no-experiment")
        }
        let store = try store(makingIn: home(of: plan))
        let capture = world.snapshotMaker(store.folder).dataCapture
        let requests = part.snapshotRequest(largest: .max).data
        if thorough {
            for request in requests { try capture.forget(absolutePath(request.path, from: part.folder)) }
        }
        return (requests, part.folder, capture)
    }
}

extension DataReport {
    fileprivate init(_ request: DataRequest, _ item: DataItem?, state: State, locked: Digest?) {
        name = request.name
        path = request.path
        self.state = state
        digest = item?.digest
        bytes = item?.bytes ?? 0
        files = item?.files ?? 0
        self.locked = locked
    }
}
