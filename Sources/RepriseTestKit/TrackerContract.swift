import OrderedCollections
import RepriseModel
import RepriseTracking
import Testing

/// What every tracker promises: all of it, in order, once, however often a sender is killed before it remembers.
package struct TrackerContract: Sendable {
    /// What a tracker has a place for.
    package struct Keeps: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let tags = Keeps(rawValue: 1)
        package static let untagging = Keeps(rawValue: 2)
        package static let all: Keeps = [.tags, .untagging]
    }

    private let tracker: any Tracker
    private let keeps: Keeps
    /// Texts of parameters as the tracker shows them.
    private let parameterText: @Sendable (Value) -> String

    package init(
        _ tracker: any Tracker,
        keeps: Keeps = .all,
        parameterText: @escaping @Sendable (Value) -> String = { $0.text }
    ) {
        self.tracker = tracker
        self.keeps = keeps
        self.parameterText = parameterText
    }

    /// Plays the life of two runs. Every parcel is sent twice with the same memory, as after a kill between sending and
    /// remembering.
    package func check(received: () async throws -> ReceivedRuns) async throws {
        _ = try await tracker.check()
        var first = Player(TrackerSamples.run(1))
        var second = Player(TrackerSamples.run(2))
        var memory = Value.null
        try await send([first.start(points: 3), second.start(points: 0)], &memory, &first, &second)
        try await send([first.next(points: 40), second.next(points: 7)], &memory, &first, &second)
        try await send([first.retag()], &memory, &first, &second)
        try await send([first.end(points: 5), second.end(points: 1)], &memory, &first, &second)

        let result = try await received()
        for player in [first, second] {
            let run = result[player.run.id]
            #expect(run.openings <= 1, "the run was opened \(run.openings) times")
            #expect(run.points == player.expectedPoints)
            #expect(run.parameters == player.parameters.mapValues { [parameterText($0)] })
            #expect(run.state == "finished")
            if keeps.contains(.tags) {
                let tags = run.tags.filter { !$0.key.hasPrefix("reprise.") && !$0.key.hasPrefix("mlflow.") }
                #expect(tags == player.tags)
            }
        }
    }

    private func send(
        _ parcels: [Parcel],
        _ memory: inout Value,
        _ first: inout Player,
        _ second: inout Player
    ) async throws {
        // Arrived, and forgotten by the death of the sender.
        let lost = await tracker.send(parcels, memory: memory)
        #expect(lost.outcomes.map(\.failure) == parcels.map { _ in nil })
        let reply = await tracker.send(parcels, memory: memory)
        #expect(reply.outcomes.map(\.failure) == parcels.map { _ in nil })
        #expect(reply.outcomes.flatMap(\.notes) == [])
        memory = reply.memory ?? memory
        for (parcel, outcome) in zip(parcels, reply.outcomes) {
            if parcel.run.id == first.run.id { first.handle = outcome.handle ?? first.handle }
            if parcel.run.id == second.run.id { second.handle = outcome.handle ?? second.handle }
        }
    }
}

/// Makes the parcels of one run, and knows what they add up to.
private struct Player {
    var run: TrackedRun
    var handle: RunHandle?
    var parameters: [String: Value] = [:]
    var tags: [String: String] = [:]
    var expectedPoints: [String: [String]] = [:]

    init(_ run: TrackedRun) { self.run = run }

    mutating func start(points: Int) -> Parcel {
        var parcel = self.parcel(points: points)
        parcel.parameters = ["lr": 0.1, "model.name": "small", "deep": true, "layers": [1, 2]]
        parcel.tags = ["team": "blue", "bare": .null]
        parcel.tellsState = true
        for (name, value) in parcel.parameters { parameters[name] = value }
        tags = ["team": "blue", "bare": ""]
        return parcel
    }

    mutating func next(points: Int) -> Parcel { parcel(points: points) }

    mutating func retag() -> Parcel {
        var parcel = parcel(points: 0)
        parcel.tags = ["team": "green"]
        parcel.removedTags = ["bare"]
        tags = ["team": "green"]
        return parcel
    }

    mutating func end(points: Int) -> Parcel {
        run = TrackedRun(
            id: run.id,
            name: run.name,
            project: run.project,
            experiment: run.experiment,
            launch: run.launch,
            target: run.target,
            snapshot: run.snapshot,
            state: .finished,
            createdAt: run.createdAt,
            startedAt: run.startedAt,
            endedAt: run.createdAt.advanced(by: .seconds(9)),
            exitStatus: 0
        )
        var parcel = self.parcel(points: points)
        parcel.tellsState = true
        return parcel
    }

    private mutating func parcel(points count: Int) -> Parcel {
        var parcel = Parcel(run: run, handle: handle)
        for key in ["loss", "val/acc"] where count > 0 {
            let column = TrackerSamples.column(key, count, from: Int64(expectedPoints[key]?.count ?? 0))
            let points = column.points
            parcel.columns.append(column)
            expectedPoints[key, default: []] += points.values.indices.map {
                ReceivedRuns.Run.text(step: points.steps[$0], time: points.times[$0], value: points.values[$0])
            }
        }
        return parcel
    }
}
