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
            "engine": engine?.value ?? .null, "problems": .list(problems.map(\.value)),
            "remarks": .list(remarks.map(\.value)),
        ]
    }
}

extension TargetReport.Problem {
    fileprivate var value: Value { ["what": .string(what), "fix": fix.map(Value.string) ?? .null] }
}

extension EngineReport {
    fileprivate var value: Value {
        [
            "name": .string(name), "version": .string(version), "rootless": .bool(isRootless),
            "cgroups": .integer(Int64(cgroups)), "limitsMemory": .bool(limitsMemory),
            "limitsProcessors": .bool(limitsProcessors), "gpus": gpus.map(Value.string) ?? .null,
        ]
    }
}
