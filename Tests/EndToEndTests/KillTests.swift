import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

/// The supervisor may be killed at any moment: every run is executed once, keeps one exit status and all its points.
@Suite(.serialized) struct `Killed supervisors` {
    private let runs = 240
    private let kills = 200

    @Test(.timeLimit(.minutes(10)))
    func `lose nothing and repeat nothing`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(experiment, to: "kill.exp.yaml")
            let seed = UInt64.random(in: 0 ... .max)
            var generator = SeededGenerator(seed: seed)
            try await workshop.reprise(
                "run",
                "kill.exp.yaml",
                "--detach",
                "--quiet",
                variables: ["REPRISE_TARGETS_LOCAL_SLOTS": "4"]
            )
            let killed = try await killRepeatedly(workshop, using: &generator)
            try await workshop.reprise("wait", "--all", expecting: nil)
            #expect(killed >= kills, "only \(killed) supervisors were killed; seed \(seed)")
            try await checkRuns(workshop, "seed \(seed)")
        }
    }

    /// Kills whatever process of `reprise` works on this workshop's store, at random moments, and starts the next.
    private func killRepeatedly(_ workshop: Workshop, using generator: inout SeededGenerator) async throws -> Int {
        var killed = 0
        for _ in 0..<(kills * 3) where killed < kills {
            let words = try workshop.command(["wait", "--all", "--quiet"])
            let line = words.map(shellQuoted).joined(separator: " ")
            let pause = Double(Int.random(in: 5...90, using: &generator)) / 1000
            let script =
                "setsid \(line) >/dev/null 2>&1 & sleep \(pause); pkill -KILL -x reprise -s 0,$! ; pkill -KILL -f '\(workshop.folder).*(wait|supervise)' && echo killed"
            let result = try await LiveProcessRunner()
                .run(
                    Invocation("/bin/sh", ["-c", script], folder: workshop.project)
                )
            if result.text.contains("killed") { killed += 1 }
        }
        return killed
    }

    private func checkRuns(_ workshop: Workshop, _ hint: Comment) async throws {
        let list = try await workshop.json("list", "--limit", "1000")
        let rows = try #require(list.listValue)
        #expect(rows.count == runs, hint)
        #expect(rows.allSatisfy { $0[path: "state"] == "finished" }, hint)
        #expect(rows.allSatisfy { $0[path: "exitStatus"] == 0 }, hint)
        let executions = try workshop.text("executions.log").split(separator: "\n")
        #expect(executions.count == runs, hint)
        #expect(Set(executions).count == runs, hint)
        for row in rows {
            let id = try #require(row[path: "id"]?.stringValue)
            let shown = try await workshop.json("show", id)
            let series = shown[path: "metrics"]?.listValue ?? []
            #expect(
                series.count == 1 && series[0][path: "count"] == 5 && series[0][path: "last"]?.doubleValue == 5,
                hint
            )
            let ends = (shown[path: "transitions"]?.listValue ?? []).filter { $0[path: "state"] == "finished" }
            #expect(ends.count == 1, hint)
        }
    }

    private var experiment: String {
        """
        name: kill
        parameters: {index: 0}
        command: |
          echo "$REPRISE_RUN_ID" >> ../../../../executions.log
          for i in 1 2 3 4 5; do echo "{\\"step\\": $i, \\"x\\": $i}" >> "$REPRISE_METRICS"; sleep 0.02; done
        sweep: {grid: {index: [\((0..<runs).map(String.init).joined(separator: ", "))]}}

        """
    }
}
