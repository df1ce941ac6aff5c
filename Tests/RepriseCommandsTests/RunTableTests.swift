import OrderedCollections
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseCommands

@Suite struct `Runs as a table` {
    private var rows: [RunRow] {
        let states: [RunState] = [.running, .finished, .failed]
        return states.enumerated()
            .compactMap { index, state in
                guard let snapshot = Digest(String(repeating: "5c", count: 32)) else { return nil }
                var row = RunRow(
                    number: Int64(index),
                    id: runID(index + 1),
                    name: "digits-\(index)",
                    project: "digits",
                    experiment: "digits",
                    launch: "3f2a9b1c00000000",
                    target: "local",
                    variant: index,
                    replicate: 0,
                    snapshot: snapshot,
                    repeats: nil,
                    state: state,
                    createdAt: Timestamp(milliseconds: 1_767_225_600_000)
                )
                row.startedAt = Timestamp(milliseconds: 1_767_225_601_000)
                row.endedAt = state == .running ? nil : Timestamp(milliseconds: 1_767_225_605_250)
                row.exitStatus = state == .failed ? 3 : state == .finished ? 0 : nil
                row.parameters = ["lr": .number(0.1 / Double(index + 1)), "hidden": 32]
                row.metrics = [
                    SeriesSummary(
                        key: "loss",
                        count: 3,
                        last: 1 / Double(index + 3),
                        lastStep: 3,
                        lastTime: Timestamp(milliseconds: 0),
                        min: 0.1,
                        max: 2
                    )
                ]
                row.tags = ["baseline": .null, "owner": "ab"]
                return row
            }
    }

    private let now = Timestamp(milliseconds: 1_767_225_720_000)

    @Test func `show what varies, and what is asked for`() throws {
        let views = [
            RunTableView(rows: rows, now: now),
            RunTableView(rows: rows, now: now, columns: ["id", "hidden", "metrics.loss", "tags", "exit", "launch"]),
            RunTableView(rows: [], now: now),
        ]
        let texts = views.map {
            $0.table().lines(width: nil, isUnicode: true, isColoured: false).joined(separator: "\n")
        }
        try expectGolden(texts.joined(separator: "\n\n") + "\n", "runs.txt")
        try expectGolden(Value.list(rows.map(\.value)).json(pretty: true) + "\n", "runs.json")
    }

    @Test func `leave out what finds no room, and cut no number`() {
        let view = RunTableView(rows: rows, now: now)
        for width in 40...100 {
            let table = view.table(width: width)
            let lines = table.lines(width: width, isUnicode: true, isColoured: false)
            #expect(lines.allSatisfy { $0.columns <= width }, "\(width)")
            let hasMetric = table.columns.contains { $0.head == "loss" }
            #expect(!hasMetric || lines[1].hasSuffix("0.33333"), "\(width)")
        }
    }

    @Test func `refuse a column that no run has, naming the nearest`() throws {
        let view = RunTableView(rows: rows, now: now, columns: ["metrics.los"])
        let error = try #require(throws: Mistake.self) { try view.check() }
        #expect(error.fix == "did you mean `metrics.loss`?")
    }
}
