import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

/// The supervisor may be killed at any moment: every run is executed once, keeps one exit status and all its points.
@Suite(.serialized) struct `Killed supervisors` {
    private let runs = 300
    private let kills = 200

    @Test(.timeLimit(.minutes(15)))
    func `lose nothing and repeat nothing`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(experiment, to: "kill.exp.yaml")
            let seed = UInt64.random(in: 0 ... .max)
            var generator = SeededGenerator(seed: seed)
            let slots = ["REPRISE_TARGETS_LOCAL_SLOTS": "4"]
            try await workshop.reprise("run", "kill.exp.yaml", "--detach", "--quiet", variables: slots)
            let killed = try await killRepeatedly(workshop, using: &generator)
            try await workshop.reprise("wait", "--all", "--quiet", expecting: nil, variables: slots)
            #expect(killed >= kills, "only \(killed) supervisors were killed; seed \(seed)")
            try await checkRuns(workshop, "seed \(seed)")
        }
    }

    /// Starts a supervisor of this workshop's store and kills whoever supervises it at a random moment, again and again.
    private func killRepeatedly(_ workshop: Workshop, using generator: inout SeededGenerator) async throws -> Int {
        let store = workshop.project + "/.reprise"
        let words = try workshop.command(
            ["wait", "--all", "--quiet", "--store", store],
            variables: ["REPRISE_TARGETS_LOCAL_SLOTS": "4"]
        )
        let line = words.map(shellQuoted).joined(separator: " ")
        var killed = 0
        for _ in 0..<(kills * 3) where killed < kills {
            let pause = Double(Int.random(in: 10...120, using: &generator)) / 1000
            // By number, and never by command line: until it has become the script of a run, a supervisor's child has the
            // supervisor's own, and a script that is killed is rightly lost.
            let script = """
                \(line) >/dev/null 2>&1 & sleep \(pause)
                for process in $! $(head -n 1 \(store)/supervisor.lock); do
                    case $(cat /proc/$process/comm 2>/dev/null) in reprise) kill -KILL $process && echo killed ;; esac
                done
                wait
                """
            let result = try await LiveProcessRunner()
                .run(Invocation("/bin/sh", ["-c", script], folder: workshop.project))
            if result.text.contains("killed") { killed += 1 }
        }
        return killed
    }

    private func checkRuns(_ workshop: Workshop, _ hint: Comment) async throws {
        let launch = try #require(try await workshop.json("list", "--limit", "1").listValue?.first)[path: "launch"]
        let exported = try await workshop.reprise("export", "launch:\(launch?.text ?? "")", "--format", "json")
        let records = try #require(Value(json: exported.text).listValue)
        #expect(records.count == runs, hint)
        for record in records {
            #expect(record[path: "state"] == "finished", "\(hint): \(record.json())")
            #expect(record[path: "exitStatus"] == 0, hint)
            let series = record[path: "metrics"]?.listValue ?? []
            #expect(series.count == 1, hint)
            #expect(series.first?[path: "count"] == 5, hint)
            #expect(series.first?[path: "last"]?.doubleValue == 5, hint)
            let ends = (record[path: "transitions"]?.listValue ?? []).filter { $0[path: "state"] == "finished" }
            #expect(ends.count == 1, hint)
        }
        let executions = try workshop.text("executions.log").split(separator: "\n")
        #expect(executions.count == runs, hint)
        #expect(Set(executions).count == runs, hint)
    }

    private var experiment: String {
        """
        name: kill
        parameters: {index: 0}
        command: |
          echo "$REPRISE_RUN_ID" >> ../../../../executions.log
          for i in 1 2 3 4 5; do echo "{\\"step\\": $i, \\"x\\": $i}" >> "$REPRISE_METRICS"; sleep 0.05; done
        sweep: {grid: {index: "range(0, \(runs))"}}

        """
    }
}
