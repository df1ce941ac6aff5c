import OrderedCollections
import RepriseModel

/// One destination to which parameters, metrics and outputs are also sent.
package struct TrackerSettings: Hashable, Sendable {
    package var kind: String
    /// Everything beside `kind`.
    package var values: Mapping

    private static let keys: [String: [String]] = [
        "mlflow": ["uri", "experiment", "credential"],
        "tensorboard": ["directory"],
        "jsonl": ["file"],
    ]

    /// The kinds of tracker that a site may name.
    package static var kinds: [String] { keys.keys.sorted() }

    init?(_ value: Value) {
        guard let map = value.mapValue, let kind = map["kind"]?.stringValue else { return nil }
        self.kind = kind
        values = map.filter { $0.key != "kind" }
    }

    static func check(_ value: Value, place: Place) throws {
        for (index, item) in (value.listValue ?? []).enumerated() {
            let name = "trackers[\(index)]"
            guard let tracker = TrackerSettings(item), let known = keys[tracker.kind] else {
                let kind = item.mapValue?["kind"]?.text
                throw Mistake(
                    kind.map { "`\(name)` has the unknown kind `\($0)`" } ?? "`\(name)` has no kind",
                    why: "kinds: " + kinds.joined(separator: ", "),
                    fix: kind.flatMap { nearestName(to: $0, among: kinds) }.map { "did you mean `\($0)`?" },
                    code: "unknown-tracker",
                    place: place
                )
            }
            for (key, value) in tracker.values where !known.contains(key) || value.stringValue == nil {
                throw Mistake(
                    known.contains(key) ? "`\(name).\(key)` should be text" : "`\(name)` has no setting `\(key)`",
                    why: "\(tracker.kind) has " + known.joined(separator: ", "),
                    fix: known.contains(key) ? nil : nearestName(to: key, among: known).map { "did you mean `\($0)`?" },
                    code: "unknown-setting",
                    place: place
                )
            }
        }
    }
}
