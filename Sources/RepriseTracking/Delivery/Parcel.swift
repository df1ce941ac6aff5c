import OrderedCollections
import RepriseModel

/// What is sent to a tracker of one run at a time: as much of what it has not got yet as its limits allow.
package struct Parcel: Sendable, Hashable {
    package var run: TrackedRun
    /// What the tracker answered when it first heard of the run.
    package var handle: RunHandle?
    /// By dotted name.
    package var parameters: Mapping = [:]
    /// New and changed ones; a bare tag is `null`.
    package var tags: Mapping = [:]
    package var removedTags: [String] = []
    package var columns: [ParcelColumn] = []
    package var outputs: [ParcelOutput] = []
    /// Whether the run's state and name, as they stand in `run`, are news.
    package var tellsState = false
    /// Whether nothing is left beside this parcel.
    package var isComplete = true

    package init(run: TrackedRun, handle: RunHandle? = nil) {
        self.run = run
        self.handle = handle
    }

    package var isEmpty: Bool {
        parameters.isEmpty && tags.isEmpty && removedTags.isEmpty && columns.isEmpty && outputs.isEmpty && !tellsState
    }

    package var pointCount: Int { columns.reduce(0) { $0 + $1.points.count } }
}

/// What a tracker may tell of a run beside its parts.
package struct TrackedRun: Hashable, Sendable {
    package var id: RunID
    package var name: String
    package var project: String
    package var experiment: String
    package var launch: String
    package var target: String
    /// The digest of the snapshot; nil for a run that Reprise did not start.
    package var snapshot: String?
    package var state: RunState
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var exitStatus: Int?

    package init(
        id: RunID,
        name: String,
        project: String,
        experiment: String,
        launch: String,
        target: String,
        snapshot: String?,
        state: RunState,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        exitStatus: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.project = project
        self.experiment = experiment
        self.launch = launch
        self.target = target
        self.snapshot = snapshot
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitStatus = exitStatus
    }
}

/// Points of one series that follow each other.
package struct ParcelColumn: Hashable, Sendable {
    package var key: String
    /// The position of the first of them in its series.
    package var first: Int64
    package var points: SeriesPoints

    package init(key: String, first: Int64, points: SeriesPoints) {
        self.key = key
        self.first = first
        self.points = points
    }
}

/// One kept file.
package struct ParcelOutput: Hashable, Sendable {
    /// As the run knows it.
    package var path: String
    package var digest: Digest
    package var bytes: Int64
    /// Where its content lies on this machine.
    package var file: String

    package init(path: String, digest: Digest, bytes: Int64, file: String) {
        self.path = path
        self.digest = digest
        self.bytes = bytes
        self.file = file
    }
}
