import OrderedCollections
import RepriseModel

/// What the names of the query language mean for one run.
///
/// A name of its own (`state`, `created`, …) stands for that; every other name is a parameter. `parameters.NAME` is always a
/// parameter, `metrics.KEY` a series' last value, `metrics.KEY.min` one of the `SeriesField`s, `tags.NAME` a tag's value, `tags` the list of their names.
/// What the run does not have is `null`.
package struct RunScope: ExpressionScope {
    /// `tag("baseline")`: whether the run has the tag.
    package static let functions = [ExpressionFunction("tag", arguments: 1...1)]

    private let run: RunRow

    /// The row must carry what the expression asks about: see `RunDetails(of:)`.
    package init(row: RunRow) { run = row }

    package func value(of name: ExpressionName) throws -> ExpressionValue {
        switch RunName(name) {
        case .own(let own): own.value(in: run)
        case .parameter(let parameter): .value(run.parameters[parameter] ?? .null)
        case .metric(let readings):
            readings.lazy
                .compactMap { reading in
                    run.metrics.first { $0.key == reading.key }.map { reading.field.value(of: $0) }
                }
                .first ?? .null
        case .tags: .value(.list(run.tags.keys.map(Value.string)))
        case .tag(let tag): .value(run.tags[tag].map { $0 == .null ? true : $0 } ?? .null)
        }
    }

    package func call(_ call: ExpressionCall, _ arguments: [ExpressionValue]) throws -> ExpressionValue {
        guard call.function == "tag", case .value(.string(let tag))? = arguments.first else { return .null }
        return .value(.bool(run.tags[tag] != nil))
    }
}

/// What a name of the query language stands for.
enum RunName: Hashable {
    case own(OwnName)
    case parameter(String)
    /// A key that ends like a field could be meant either way; the first that the run has counts.
    case metric([SeriesReading])
    case tag(String)
    case tags

    init(_ name: ExpressionName) {
        let rest = name.parts.dropFirst().joined(separator: ".")
        switch name.parts.first {
        case "parameters" where !rest.isEmpty, "params" where !rest.isEmpty: self = .parameter(rest)
        case "tags" where !rest.isEmpty: self = .tag(rest)
        case "metrics" where !rest.isEmpty:
            var readings = [SeriesReading(key: rest, field: .last)]
            if name.parts.count > 2, let last = name.parts.last, let field = SeriesField(rawValue: last) {
                let key = name.parts.dropFirst().dropLast().joined(separator: ".")
                readings.append(SeriesReading(key: key, field: field))
            }
            self = .metric(readings)
        case "tags" where rest.isEmpty: self = .tags
        default:
            self = OwnName(rawValue: name.text).map(RunName.own) ?? .parameter(name.text)
        }
    }
}

/// One number of one series.
struct SeriesReading: Hashable {
    var key: String
    var field: SeriesField
}

/// What is known of a series without reading it.
package enum SeriesField: String, Hashable, Sendable, CaseIterable {
    case last, min, max, count, step, time

    func value(of series: SeriesSummary) -> ExpressionValue {
        switch self {
        case .last: .value(.number(series.last))
        case .min: .value(.number(series.min))
        case .max: .value(.number(series.max))
        case .count: .value(.integer(series.count))
        case .step: .value(.integer(series.lastStep))
        case .time: .time(series.lastTime)
        }
    }
}

/// What every run has.
package enum OwnName: String, Hashable, Sendable, CaseIterable {
    case id, name, project, experiment, launch, target, state, reason, snapshot, variant, replicate, repeats
    case exitStatus = "exit_status"
    case created, started, ended, deleted
    /// Seconds from start to end; null for a run that has not ended.
    case duration

    func value(in run: RunRow) -> ExpressionValue {
        switch self {
        case .id: text(run.id.description)
        case .name: text(run.name)
        case .project: text(run.project)
        case .experiment: text(run.experiment)
        case .launch: text(run.launch)
        case .target: text(run.target)
        case .state: text(run.state.rawValue)
        case .reason: text(run.reason)
        case .snapshot: text(run.snapshot?.description)
        case .repeats: text(run.repeats?.description)
        case .variant: .value(.integer(Int64(run.variant)))
        case .replicate: .value(.integer(Int64(run.replicate)))
        case .exitStatus: .value(run.exitStatus.map { .integer(Int64($0)) } ?? .null)
        case .created: .time(run.createdAt)
        case .started: time(run.startedAt)
        case .ended: time(run.endedAt)
        case .deleted: time(run.deletedAt)
        case .duration:
            if let start = run.startedAt, let end = run.endedAt {
                .value(.number(Double(end.milliseconds - start.milliseconds) / 1000))
            } else {
                .null
            }
        }
    }

    private func text(_ text: String?) -> ExpressionValue { text.map { .value(.string($0)) } ?? .null }
    private func time(_ time: Timestamp?) -> ExpressionValue { time.map { .time($0) } ?? .null }
}

extension RunDetails {
    /// What a row must carry so that the expression can be evaluated.
    package init(of expression: Expression) {
        self = expression.names.reduce(into: []) { details, name in
            switch RunName(name) {
            case .own: break
            case .parameter: details.insert(.parameters)
            case .metric: details.insert(.metrics)
            case .tag, .tags: details.insert(.tags)
            }
        }
        if !expression.calls.isEmpty { insert(.tags) }
    }
}
