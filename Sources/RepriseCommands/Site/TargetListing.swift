import Reprise
import RepriseModel

extension TargetReport {
    static func table(_ reports: [TargetReport]) -> Table {
        let columns: [Table.Column] = [
            .init("target"), .init("kind"), .init("default"), .init("state"), .init("offers"),
        ]
        let rows = reports.map { report -> [Table.Cell] in
            [
                .init(report.name), .init(report.kind), .init(report.isDefault ? "default" : ""),
                .init(report.works ? "works" : "problem", report.works ? .green : .red),
                .init(report.offers.joined(separator: ", ")),
            ]
        }
        return Table(columns, rows: rows)
    }

    var works: Bool { problems.isEmpty }

    var value: Value {
        [
            "name": .string(name), "kind": .string(kind), "default": .bool(isDefault), "works": .bool(works),
            "offers": .list(offers.map(Value.string)),
            "problems": .list(
                problems.map { ["what": .string($0.what), "fix": $0.fix.map(Value.string) ?? .null] }
            ),
        ]
    }
}
