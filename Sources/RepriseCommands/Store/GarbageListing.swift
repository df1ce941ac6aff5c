import RepriseModel
import RepriseStore

extension GarbageReport {
    /// `2 runs, 1 snapshot, 7 objects`; checkouts and what jobs left count as bytes alone.
    var words: String {
        let counts = [
            (runs.count, "run"), (models.count, "logged model"), (snapshots.count, "snapshot"),
            (objects.count, "object"), (images.count, "image file"),
        ]
        let words = counts.filter { $0.0 > 0 }.map { "\($0) \($0 == 1 ? $1 : $1 + "s")" }
        guard words.isEmpty else { return words.joined(separator: ", ") }
        return bytes > 0 ? "files that no run needs" : "nothing to remove"
    }

    func value(dryRun: Bool) -> Value {
        [
            "dryRun": .bool(dryRun), "bytes": .integer(bytes),
            "runs": .list(runs.map { .string($0.description) }),
            "models": .list(models.map(Value.string)),
            "snapshots": .list(snapshots.map { .string($0.id.description) }),
            "objects": .list(objects.map { .string($0.description) }), "images": .list(images.map(Value.string)),
        ]
    }
}
