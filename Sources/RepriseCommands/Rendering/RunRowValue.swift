import OrderedCollections
import RepriseModel

extension RunRow {
    /// The row as programs read it. Times are ISO 8601.
    var value: Value {
        [
            "id": .string(id.description),
            "name": .string(name),
            "project": .string(project),
            "experiment": .string(experiment),
            "launch": origin == nil ? .string(launch) : .null,
            "target": .string(target),
            "snapshot": snapshot.map { .string($0.description) } ?? .null,
            "repeats": repeats.map { .string($0.description) } ?? .null,
            "origin": origin.map(Value.string) ?? .null,
            "state": .string(state.rawValue),
            "exitStatus": exitStatus.map { .integer(Int64($0)) } ?? .null,
            "reason": reason.map(Value.string) ?? .null,
            "createdAt": .string(createdAt.description),
            "startedAt": startedAt.map { .string($0.description) } ?? .null,
            "endedAt": endedAt.map { .string($0.description) } ?? .null,
            "deletedAt": deletedAt.map { .string($0.description) } ?? .null,
            "parameters": .map(parameters),
            "metrics": .map(Mapping(metrics.map { ($0.key, $0.value) }) { first, _ in first }),
            "tags": .map(tags),
        ]
    }
}

extension SeriesSummary {
    var value: Value {
        [
            "count": .integer(count), "last": .number(last), "lastStep": .integer(lastStep), "min": .number(min),
            "max": .number(max),
        ]
    }
}
