import OrderedCollections
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Runs side by side` {
    private func summary(_ key: String, last: Double, min: Double, max: Double, count: Int64 = 3) -> SeriesSummary {
        SeriesSummary(
            key: key,
            count: count,
            last: last,
            lastStep: 2,
            lastTime: Timestamp(milliseconds: 0),
            min: min,
            max: max
        )
    }

    @Test func `put what differs first`() throws {
        var left = try execution("1") { $0.metrics["accuracy"] = MetricRule(goal: .maximize) }
        var right = try execution("2", facts: ["package.numpy": "2.0.0"]) {
            $0.parameters[0].value = 0.2
            $0.metrics["accuracy"] = MetricRule(goal: .maximize)
        }
        left.record.metrics = [
            summary("loss", last: 0.5, min: 0.5, max: 1), summary("accuracy", last: 0.9, min: 0, max: 0.9),
        ]
        right.record.metrics = [summary("accuracy", last: 0.9, min: 0, max: 0.95)]
        left.record.outputs = [OutputRecord(path: "m.json", digest: try digest("a"), bytes: 1, mode: 0o644)]
        left.record.startedAt = Timestamp(milliseconds: 1000)
        left.record.endedAt = Timestamp(milliseconds: 3500)
        let comparison = RunComparison([left, right])
        let lines = comparison.rows.map { row in
            "\(row.differs ? "≠" : " ") \(row.section.rawValue) \(row.name): \(row.cells.map(\.text).joined(separator: " | "))"
        }
        try expectGolden(lines.joined(separator: "\n") + "\n", "comparison.txt")
        #expect(comparison.differs)
        #expect(comparison.resultsDiffer)
    }

    @Test func `do not differ by their times alone`() throws {
        var left = try execution("1")
        left.record.startedAt = Timestamp(milliseconds: 1000)
        let comparison = RunComparison([left, try execution("2")])
        #expect(!comparison.differs)
        #expect(comparison.rows.contains { $0.section == .times && !$0.differs && $0.cells.last == .null })
    }

    @Test func `may be many, and NaN is no difference`() throws {
        var runs = [try execution("1"), try execution("2"), try execution("3")]
        for index in runs.indices { runs[index].record.metrics = [summary("loss", last: .nan, min: .nan, max: .nan)] }
        #expect(!RunComparison(runs).differs)
        runs[2].record.request.parameters = []
        let rows = RunComparison(runs).rows
        #expect(rows.filter(\.differs).map(\.name) == ["lr", "optimizer.name"])
        #expect(rows[0].cells == [0.1, 0.1, .null])
        #expect(!RunComparison(runs).resultsDiffer)
    }
}
