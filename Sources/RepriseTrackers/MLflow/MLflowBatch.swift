import OrderedCollections
import RepriseModel
import RepriseTracking

/// What one `runs/log-batch` carries. It can be halved, to find the one item that the server will not take.
struct MLflowBatch {
    /// One thing that is logged, as the server wants it, and as a message calls it.
    struct Item {
        enum Kind: String { case metrics, params, tags }

        var kind: Kind
        var name: String
        var fields: Value
    }

    var items: [Item] = []

    var isEmpty: Bool { items.isEmpty }

    /// The notes tell what had to be cut.
    static func of(_ parcel: Parcel, notes: inout [String]) -> MLflowBatch {
        var batch = MLflowBatch()
        for (name, value) in parcel.parameters {
            let (text, isCut) = MLflowNames.limited(value.text, to: MLflowNames.longestParameter)
            if isCut { notes.append("parameter `\(name)` was cut to \(MLflowNames.longestParameter) characters") }
            batch.add(.params, name, ["key": .string(MLflowNames.key(name)), "value": .string(text)])
        }
        for (name, value) in parcel.tags {
            let (text, isCut) = MLflowNames.limited(value.stringValue ?? "", to: MLflowNames.longestTag)
            if isCut { notes.append("tag `\(name)` was cut to \(MLflowNames.longestTag) characters") }
            batch.add(.tags, name, ["key": .string(MLflowNames.key(name)), "value": .string(text)])
        }
        for column in parcel.columns {
            let key = Value.string(MLflowNames.key(column.key))
            let points = column.points
            for index in points.values.indices {
                let fields: Value = [
                    "key": key, "value": .number(points.values[index]), "timestamp": .integer(points.times[index]),
                    "step": .integer(points.steps[index]),
                ]
                batch.add(.metrics, column.key, fields)
            }
        }
        return batch
    }

    private mutating func add(_ kind: Item.Kind, _ name: String, _ fields: Value) {
        items.append(Item(kind: kind, name: name, fields: fields))
    }

    func json(run: String) -> String {
        var body: Mapping = ["run_id": .string(run)]
        for kind in [Item.Kind.metrics, .params, .tags] {
            let fields = items.filter { $0.kind == kind }.map(\.fields)
            if !fields.isEmpty { body[kind.rawValue] = .list(fields) }
        }
        return Value.map(body).json()
    }

    var halves: [MLflowBatch] {
        let middle = items.count / 2
        return [MLflowBatch(items: Array(items[..<middle])), MLflowBatch(items: Array(items[middle...]))]
    }
}

extension MLflowBatch.Item {
    /// What a message calls it.
    var words: String {
        switch kind {
        case .metrics: "a point of `\(name)`"
        case .params: "parameter `\(name)`"
        case .tags: "tag `\(name)`"
        }
    }
}
