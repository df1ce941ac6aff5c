import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// What a tracker has got of a run beside points, by name: kept as one JSON map in `delivery.items`.
struct DeliveryItems {
    /// `p:`, `t:` and `o:` before the names of parameters, tags and outputs; `state` for state and name.
    private var sums: Mapping

    init(_ json: Value) { sums = json.mapValue ?? [:] }

    var value: Value { .map(sums) }

    func has(parameter name: String) -> Bool { sums["p:" + name] != nil }
    func has(tag name: String, _ value: Value) -> Bool { sums["t:" + name]?.stringValue == sum(value.text) }
    func has(output path: String, _ digest: Digest) -> Bool { sums["o:" + path]?.stringValue == digest.short }
    func has(stateOf run: TrackedRun) -> Bool { sums["state"]?.stringValue == state(run) }

    /// The tags that it has and the run no longer has.
    func tags(notIn tags: Mapping) -> [String] {
        sums.keys.filter { $0.hasPrefix("t:") }.map { String($0.dropFirst(2)) }.filter { tags[$0] == nil }
    }

    mutating func add(_ parcel: Parcel) {
        for name in parcel.parameters.keys { sums["p:" + name] = "" }
        for (name, value) in parcel.tags { sums["t:" + name] = .string(sum(value.text)) }
        for name in parcel.removedTags { sums.removeValue(forKey: "t:" + name) }
        for output in parcel.outputs { sums["o:" + output.path] = .string(output.digest.short) }
        if parcel.tellsState { sums["state"] = .string(state(parcel.run)) }
    }

    private func sum(_ text: String) -> String { SHA256Hasher.digest(of: Array(text.utf8)).short }

    private func state(_ run: TrackedRun) -> String {
        "\(run.state.rawValue) \(run.endedAt?.milliseconds ?? 0) \(sum(run.name))"
    }
}
