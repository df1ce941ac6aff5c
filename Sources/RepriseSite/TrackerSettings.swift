import OrderedCollections
import RepriseModel

/// One destination to which parameters, metrics and outputs are also sent.
package struct TrackerSettings: Hashable, Sendable {
    package var kind: String
    /// Everything beside `kind`, of the types that the kind asks for.
    package var values: Mapping

    private enum Holds { case url, template, name, path, flag }

    private static let keys: [String: KeyValuePairs<String, Holds>] = [
        "mlflow": ["uri": .url, "experiment": .template, "credential": .name, "username": .name, "outputs": .flag],
        "tensorboard": ["directory": .path],
        "jsonl": ["file": .template],
    ]

    /// What a tracker of the kind cannot do without.
    private static let needed = ["mlflow": "uri", "tensorboard": "directory", "jsonl": "file"]

    /// The kinds of tracker that a site may name.
    package static var kinds: [String] { keys.keys.sorted() }

    package init(kind: String, values: Mapping) {
        self.kind = kind
        self.values = values
    }

    init?(_ value: Value) {
        guard let map = value.mapValue, let kind = map["kind"]?.stringValue else { return nil }
        self.kind = kind
        values = map.filter { $0.key != "kind" }
    }

    package func text(_ key: String) -> String? { values[key]?.stringValue }

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
            for (key, value) in tracker.values {
                guard let holds = known.first(where: { $0.key == key })?.value else {
                    let names = known.map(\.key)
                    throw Mistake(
                        "`\(name)` has no setting `\(key)`",
                        why: "\(tracker.kind) has " + names.joined(separator: ", "),
                        fix: nearestName(to: key, among: names).map { "did you mean `\($0)`?" },
                        code: "unknown-setting",
                        place: place
                    )
                }
                try check(value, as: holds, name: "\(name).\(key)", place: place)
            }
            if let key = needed[tracker.kind], tracker.text(key)?.isEmpty ?? true {
                throw Mistake("`\(name)` has no `\(key)`", code: "missing-setting", place: place)
            }
        }
    }

    private static func check(_ value: Value, as holds: Holds, name: String, place: Place) throws {
        if holds == .flag {
            guard value.boolValue == nil else { return }
            throw Mistake("`\(name)` should be `true` or `false`", code: "wrong-type", place: place)
        }
        guard let text = value.stringValue else {
            throw Mistake("`\(name)` should be text", code: "unknown-setting", place: place)
        }
        switch holds {
        case .template: _ = try TrackerTemplate(text, setting: name, place: place)
        case .url: try check(url: text, name: name, place: place)
        case .name, .path, .flag: break
        }
    }

    private static func check(url: String, name: String, place: Place) throws {
        guard let scheme = ["http://", "https://"].first(where: url.hasPrefix) else {
            throw Mistake(
                "`\(name)` is no address that begins with `http://` or `https://`",
                fix: "write `http://HOST:5000`",
                code: "wrong-type",
                place: place
            )
        }
        let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.contains("@") else {
            throw Mistake(
                "`\(name)` holds a name or password itself",
                why: "a secret in a site file ends up in copies and snapshots",
                fix: "take it out, and write `username: NAME` and `credential: NAME` beside it",
                code: "literal-secret",
                place: place
            )
        }
        guard !host.isEmpty, !url.contains("?"), !url.contains("#"), !url.contains(where: \.isWhitespace) else {
            throw Mistake(
                "`\(name)` is no address of a server",
                fix: "write `\(scheme)HOST:5000`",
                code: "wrong-type",
                place: place
            )
        }
    }
}
