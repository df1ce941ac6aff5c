import RepriseModel

/// Which runs a list is about. Every part that is set must hold.
package struct RunFilter: Hashable, Sendable {
    package enum Deleted: Hashable, Sendable { case left, only, included }

    /// Any of these.
    package var states: Set<RunState>?
    package var project: String?
    package var experiment: String?
    package var name: String?
    package var launch: String?
    package var target: String?
    package var snapshot: Digest?
    package var repeats: RunID?
    /// All of these.
    package var tags: [String]
    package var ids: [RunID]?
    package var deleted: Deleted
    /// Only what Reprise launched itself.
    package var isLaunched: Bool

    package init(
        states: Set<RunState>? = nil,
        project: String? = nil,
        experiment: String? = nil,
        name: String? = nil,
        launch: String? = nil,
        target: String? = nil,
        snapshot: Digest? = nil,
        repeats: RunID? = nil,
        tags: [String] = [],
        ids: [RunID]? = nil,
        deleted: Deleted = .left,
        isLaunched: Bool = false
    ) {
        self.states = states
        self.project = project
        self.experiment = experiment
        self.name = name
        self.launch = launch
        self.target = target
        self.snapshot = snapshot
        self.repeats = repeats
        self.tags = tags
        self.ids = ids
        self.deleted = deleted
        self.isLaunched = isLaunched
    }
}

/// In which order a list comes: by when the runs were queued.
package enum RunOrder: Hashable, Sendable { case newest, oldest }

/// What a list reads beside the run itself.
package struct RunDetails: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let parameters = RunDetails(rawValue: 1)
    package static let metrics = RunDetails(rawValue: 2)
    package static let tags = RunDetails(rawValue: 4)
    package static let all: RunDetails = [.parameters, .metrics, .tags]
}
