import Reprise
import RepriseModel

/// What the `data` verbs print.
struct DataListing {
    let reports: [DataReport]
    let isJSON: Bool

    func print(on console: Console) throws {
        guard !isJSON else { return try console.document(.list(reports.map(value))) }
        guard !reports.isEmpty else { return console.say("the experiment names no data") }
        var table = Table([
            .init("name"), .init("state", isWhole: true), .init("size", .right), .init("files", .right),
            .init("sha-256"),
            .init("path"),
        ])
        table.rows = reports.map { report in
            [
                .init(report.name), .init(report.state.rawValue, report.paint),
                .init(Quantities.text(bytes: report.bytes)), .init(String(report.files)),
                .init(report.digest?.short ?? "", .faint), .init(report.path),
            ]
        }
        try console.print(table)
    }

    private func value(of report: DataReport) -> Value {
        [
            "name": .string(report.name), "path": .string(report.path), "state": .string(report.state.rawValue),
            "sha256": report.digest.map { .string($0.description) } ?? .null,
            "locked": report.locked.map { .string($0.description) } ?? .null, "bytes": .integer(report.bytes),
            "files": .integer(Int64(report.files)),
        ]
    }
}

extension DataReport {
    /// A run would be refused.
    var isBad: Bool { state == .changed || state == .missing }

    fileprivate var paint: Paint {
        switch state {
        case .same: .green
        case .new: .yellow
        case .changed, .missing: .red
        }
    }
}
