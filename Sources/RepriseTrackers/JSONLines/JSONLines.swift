import OrderedCollections
import RepriseModel
import RepriseTracking

/// The lines of the JSON lines tracker, as docs/trackers.md describes them.
enum JSONLines {
    static func head(mark: String) -> [UInt8] { line(["kind": "file", "format": 1, "store": .string(mark)]) }

    static func bytes(of parcel: Parcel) -> [UInt8] {
        let run = Value.string(parcel.run.id.description)
        var bytes: [UInt8] = []
        if parcel.handle == nil { bytes += line(start(of: parcel.run)) }
        for (name, value) in parcel.parameters {
            bytes += line(["kind": "parameter", "run": run, "name": .string(name), "value": value])
        }
        for (name, value) in parcel.tags {
            bytes += line(["kind": "tag", "run": run, "name": .string(name), "value": value])
        }
        for name in parcel.removedTags { bytes += line(["kind": "untag", "run": run, "name": .string(name)]) }
        for column in parcel.columns { append(column, of: run, to: &bytes) }
        for output in parcel.outputs {
            bytes += line([
                "kind": "output", "run": run, "path": .string(output.path),
                "sha256": .string(output.digest.description),
                "bytes": .integer(output.bytes),
            ])
        }
        if parcel.tellsState { bytes += line(state(of: parcel.run)) }
        return bytes
    }

    private static func start(of run: TrackedRun) -> Mapping {
        [
            "kind": "run", "run": .string(run.id.description), "name": .string(run.name),
            "project": .string(run.project), "experiment": .string(run.experiment), "launch": .string(run.launch),
            "target": .string(run.target), "snapshot": run.snapshot.map(Value.string) ?? .null,
            "created": .integer(run.createdAt.milliseconds),
        ]
    }

    private static func state(of run: TrackedRun) -> Mapping {
        [
            "kind": "state", "run": .string(run.id.description), "state": .string(run.state.rawValue),
            "name": .string(run.name), "started": run.startedAt.map { .integer($0.milliseconds) } ?? .null,
            "ended": run.endedAt.map { .integer($0.milliseconds) } ?? .null,
            "status": run.exitStatus.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    private static func append(_ column: ParcelColumn, of run: Value, to bytes: inout [UInt8]) {
        let points = column.points
        // The same for every point of the column.
        let head = "{\"kind\":\"metric\",\"run\":\(run.json()),\"key\":\(Value.string(column.key).json()),\"step\":"
        for index in points.values.indices {
            bytes += head.utf8
            bytes += String(points.steps[index]).utf8
            bytes += ",\"time\":".utf8
            bytes += String(points.times[index]).utf8
            bytes += ",\"value\":".utf8
            bytes += Value.number(points.values[index]).json().utf8
            bytes += "}\n".utf8
        }
    }

    private static func line(_ fields: Mapping) -> [UInt8] {
        Array(Value.map(fields).json().utf8) + [UInt8(ascii: "\n")]
    }
}
