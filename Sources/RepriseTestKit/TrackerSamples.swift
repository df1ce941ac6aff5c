import OrderedCollections
import RepriseModel
import RepriseTracking

/// Parcels for tests of trackers.
package enum TrackerSamples {
    package static func id(_ number: UInt64) -> RunID {
        var generator = SeededGenerator(seed: 0x7261_636b_6572 &+ number)
        return RunID(using: &generator)
    }

    package static func run(_ number: UInt64, _ state: RunState = .running) -> TrackedRun {
        let start = Timestamp(milliseconds: 1_700_000_000_000 + Int64(number) * 1000)
        return TrackedRun(
            id: id(number),
            name: "digits-\(number)",
            project: "project",
            experiment: "digits",
            launch: "0123456789ab",
            target: "local",
            snapshot: nil,
            state: state,
            createdAt: start,
            startedAt: start,
            endedAt: state.isEnded ? start.advanced(by: .seconds(9)) : nil,
            exitStatus: state.isEnded ? 0 : nil
        )
    }

    /// A first parcel with two parameters, a tag and so many points of `loss`.
    package static func parcel(run number: UInt64, points: Int, from first: Int64 = 0) -> Parcel {
        var parcel = Parcel(run: run(number))
        if first == 0 {
            parcel.parameters = ["lr": 0.1, "model.name": "small"]
            parcel.tags = ["team": "blue", "bare": .null]
        }
        parcel.columns = points == 0 ? [] : [column("loss", points, from: first)]
        return parcel
    }

    package static func column(_ key: String, _ count: Int, from first: Int64 = 0) -> ParcelColumn {
        var points = SeriesPoints()
        for step in first..<first + Int64(count) {
            points.append(step: step, time: 1_700_000_000_000 + step, value: 1 / Double(step + 1))
        }
        return ParcelColumn(key: key, first: first, points: points)
    }
}
