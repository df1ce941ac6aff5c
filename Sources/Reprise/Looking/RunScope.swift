import OrderedCollections
import RepriseModel

/// What the names of the query language mean for one run. A name that the run does not have is null.
///
/// `state`, `name`, `started`, `duration`, … are the run's own; `metrics.KEY` is the last value of a series, and
/// `metrics.KEY.min`, `.max`, `.last`, `.count`, `.step` what their names say; `tags.NAME` is a tag's value and `tag("x")`
/// whether there is one; every other name is a parameter, which `parameters.NAME` always is.
struct RunScope: ExpressionScope {
    static let functions = [ExpressionFunction("tag", arguments: 1...1)]

    let row: RunRow

    func value(of name: ExpressionName) throws -> ExpressionValue {
        let rest = Array(name.parts.dropFirst())
        switch name.parts[0] {
        case "metrics" where !rest.isEmpty: return metric(rest)
        case "parameters" where !rest.isEmpty: return parameter(rest.joined(separator: "."))
        case "tags" where !rest.isEmpty: return .value(row.tags[rest.joined(separator: ".")] ?? .null)
        default: return rest.isEmpty ? own(name.text) ?? parameter(name.text) : parameter(name.text)
        }
    }

    func call(_ call: ExpressionCall, _ arguments: [ExpressionValue]) throws -> ExpressionValue {
        guard case .value(.string(let tag))? = arguments.first else { return .null }
        return .value(.bool(row.tags[tag] != nil))
    }

    private func own(_ name: String) -> ExpressionValue? {
        switch name {
        case "id": .value(.string(row.id.description))
        case "name": .value(.string(row.name))
        case "project": .value(.string(row.project))
        case "experiment": .value(.string(row.experiment))
        case "launch": .value(.string(row.launch))
        case "target": .value(.string(row.target))
        case "state": .value(.string(row.state.rawValue))
        case "snapshot": .value(.string(row.snapshot.description))
        case "repeats": .value(row.repeats.map { .string($0.description) } ?? .null)
        case "variant": .value(.integer(Int64(row.variant)))
        case "replicate": .value(.integer(Int64(row.replicate)))
        case "exit_status": .value(row.exitStatus.map { .integer(Int64($0)) } ?? .null)
        case "reason": .value(row.reason.map { .string($0) } ?? .null)
        case "created": .time(row.createdAt)
        case "started": row.startedAt.map { .time($0) } ?? .null
        case "ended": row.endedAt.map { .time($0) } ?? .null
        case "duration": duration
        default: nil
        }
    }

    /// Seconds, as duration literals are.
    private var duration: ExpressionValue {
        guard let started = row.startedAt, let ended = row.endedAt else { return .null }
        return .value(.number(Double(ended.milliseconds - started.milliseconds) / 1000))
    }

    private func parameter(_ name: String) -> ExpressionValue { .value(row.parameters[name] ?? .null) }

    private func metric(_ parts: [String]) -> ExpressionValue {
        func series(_ key: String) -> SeriesSummary? { row.metrics.first { $0.key == key } }
        if let whole = series(parts.joined(separator: ".")) { return .value(.number(whole.last)) }
        guard parts.count > 1, let found = series(parts.dropLast().joined(separator: ".")) else { return .null }
        switch parts.last {
        case "last": return .value(.number(found.last))
        case "min": return .value(.number(found.min))
        case "max": return .value(.number(found.max))
        case "count": return .value(.integer(found.count))
        case "step": return .value(.integer(found.lastStep))
        default: return .null
        }
    }
}
