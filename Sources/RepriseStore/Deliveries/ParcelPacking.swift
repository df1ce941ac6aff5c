import GRDB
import OrderedCollections
import RepriseModel
import RepriseTracking

/// Looks up what a tracker has not got of a run, and packs as much of it as the limits allow.
struct ParcelPacking {
    private let number: Int64
    private let tracker: Int64
    private let limits: ParcelLimits
    private let items: DeliveryItems
    private var parcel: Parcel

    init(run number: Int64, tracker: Int64, limits: ParcelLimits, in database: Database) throws {
        self.number = number
        self.tracker = tracker
        self.limits = limits
        let query = try SQLQuery(
            database,
            "SELECT handle, memory, items FROM delivery WHERE tracker = ?1 AND run = ?2",
            tracker,
            number
        )
        guard try query.step() else { throw StoreError.unknownRun(String(number), nearest: nil) }
        let memory = try query.value(json: 1)
        let handle = query.optionalText(0).map { RunHandle(id: $0, memory: memory) }
        items = DeliveryItems(try query.value(json: 2))
        parcel = Parcel(run: try database.trackedRun(number), handle: handle)
    }

    /// An empty parcel where the tracker has everything, or the run has not started.
    mutating func pack(_ database: Database, file: (Digest) -> String) throws -> Parcel {
        guard parcel.run.state != .queued, parcel.run.state != .submitted else { return parcel }
        try packParameters(database)
        try packTags(database)
        try packPoints(database)
        try packOutputs(database, file)
        // The state last, so that a run is not shown as ended there before everything of it is.
        let isOpen = !parcel.run.state.isEnded
        if !items.has(stateOf: parcel.run), isOpen || parcel.isComplete { parcel.tellsState = true }
        return parcel
    }

    private mutating func packParameters(_ database: Database) throws {
        let query = try SQLQuery(
            database,
            "SELECT name, kind, value FROM parameter WHERE run = ?1 ORDER BY position, name",
            number
        )
        while try query.step() {
            let name = query.text(0)
            if items.has(parameter: name) { continue }
            guard parcel.parameters.count < limits.parameters else { return parcel.isComplete = false }
            parcel.parameters[name] = try query.keptValue(kind: 1, value: 2)
        }
    }

    private mutating func packTags(_ database: Database) throws {
        let tags = try database.tags(of: number)
        for (name, value) in tags where !items.has(tag: name, value) {
            guard parcel.tags.count < limits.tags else { return parcel.isComplete = false }
            parcel.tags[name] = value
        }
        parcel.removedTags = items.tags(notIn: tags)
    }

    private mutating func packPoints(_ database: Database) throws {
        let query = try SQLQuery(
            database,
            """
            SELECT series.number, key, count, coalesce(sent, 0)
            FROM series LEFT JOIN delivery_series ON series = series.number AND tracker = ?2
            WHERE run = ?1 AND count > coalesce(sent, 0) ORDER BY key
            """,
            number,
            tracker
        )
        var room = limits.points
        while try query.step() {
            guard room > 0 else { return parcel.isComplete = false }
            let sent = query.int64(3)
            let count = min(Int64(room), query.int64(2) - sent)
            if count < query.int64(2) - sent { parcel.isComplete = false }
            let points = try database.points(ofSeries: query.int64(0), from: sent, count: count)
            parcel.columns.append(ParcelColumn(key: query.text(1), first: sent, points: points))
            room -= Int(count)
        }
    }

    private mutating func packOutputs(_ database: Database, _ file: (Digest) -> String) throws {
        var bytes: Int64 = 0
        for output in try database.outputs(of: number) where !items.has(output: output.path, output.digest) {
            bytes += output.bytes
            let isFull = parcel.outputs.count >= limits.outputs || bytes > limits.outputBytes
            if isFull, !parcel.outputs.isEmpty { return parcel.isComplete = false }
            parcel.outputs.append(
                ParcelOutput(
                    path: output.path,
                    digest: output.digest,
                    bytes: output.bytes,
                    file: file(output.digest)
                )
            )
        }
    }
}

extension Database {
    fileprivate func trackedRun(_ number: Int64) throws -> TrackedRun {
        let query = try SQLQuery(
            self,
            """
            SELECT id, name, project, experiment, launch, target, snapshot, state, created_at, started_at, ended_at,
                exit_status
            FROM run WHERE number = ?1
            """,
            number
        )
        guard try query.step(), let id = RunID(query.text(0)) else {
            throw StoreError.unknownRun(String(number), nearest: nil)
        }
        let snapshot = query.text(6)
        return TrackedRun(
            id: id,
            name: query.text(1),
            project: query.text(2),
            experiment: query.text(3),
            launch: query.text(4),
            target: query.text(5),
            snapshot: snapshot.isEmpty ? nil : snapshot,
            state: query.state(7),
            createdAt: query.time(8),
            startedAt: query.optionalTime(9),
            endedAt: query.optionalTime(10),
            exitStatus: query.optionalInt(11)
        )
    }
}
