import RepriseModel
import RepriseSnapshots

extension SnapshotComparison {
    /// A line for each difference.
    var lines: [String] {
        files.map { "code \($0.path): \($0.change.rawValue)" } + emptyFolders.map { words("empty folder", $0) }
            + data.map { words("data", $0) } + environment.map { words("environment", $0) }
    }

    private func words(_ kind: String, _ fact: Fact) -> String {
        switch (fact.left, fact.right) {
        case (nil, let right?): "\(kind) \(fact.name): added \(right)"
        case (let left?, nil): "\(kind) \(fact.name): removed \(left)"
        case (let left?, let right?): "\(kind) \(fact.name): \(left) became \(right)"
        case (nil, nil): "\(kind) \(fact.name)"
        }
    }

    var value: Value {
        [
            "same": .bool(isSame),
            "files": .list(files.map { ["path": .string($0.path), "change": .string($0.change.rawValue)] }),
            "emptyFolders": .list(emptyFolders.map(value)),
            "data": .list(data.map(value)),
            "environment": .list(environment.map(value)),
        ]
    }

    private func value(of fact: Fact) -> Value {
        [
            "name": .string(fact.name), "left": fact.left.map(Value.string) ?? .null,
            "right": fact.right.map(Value.string) ?? .null,
        ]
    }
}
