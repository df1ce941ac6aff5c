import RepriseComparison
import RepriseModel
import Testing

@testable import Reprise

@Suite(.serialized) struct `Verifying a run` {
    private let steady = """
        name: steady
        parameters: {n: 3}
        seed: 7
        resources: {cpus: 1}
        outputs: [model.json]
        command: |
          i=0
          while [ $i -lt {{ n }} ]; do echo "{\\"step\\": $i, \\"loss\\": 0.$i}" >> "$REPRISE_METRICS"; i=$((i + 1)); done
          echo "::metric {\\"acc\\": 0.5}"
          echo "[{{ n }}, {{ seed }}]" > model.json
          echo made > "$REPRISE_OUTPUTS/extra.txt"
        """

    @Test func `finds a steady one the same, from the snapshot alone`() async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": steady])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        #expect(record.metrics.map(\.key) == ["acc", "loss"])
        #expect(record.outputs.map(\.path) == ["model.json", "outputs/extra.txt"])
        try lab.removeProjectFiles()
        let verdict = try await lab.verify(record.id)
        #expect(verdict.summaryLines.first == "same: 2 metrics, 2 outputs and exit status 0")
        #expect(verdict.factors.map(\.words) == [])
        let kept = try Value(encoding: verdict)
        #expect(try lab.laboratory.show(record.id).verdict == kept)
    }

    @Test func `names the first step at which an unsteady one parts`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            resources: {cpus: 1}
            metrics: {close: {tolerance: 0.5}}
            outputs: [{path: out.csv, tolerance: 1e-3}, noise.bin]
            command: |
              n=$(ls -d "$REPRISE_RUN_DIR"/../* | wc -l)
              for i in 0 1 2; do echo "{\\"step\\": $i, \\"loss\\": $((i * (n - 1))), \\"close\\": 1.$n}"; done >> "$REPRISE_METRICS"
              printf 'a,b\\n1,1.000%s\\n' "$n" > out.csv
              printf 'x\\000%s' "$n" > noise.bin
            """
        ])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        let verdict = try await lab.verify(record.id)
        #expect(verdict.outcome == .differs)
        #expect(verdict.firstDivergence?.step == 1)
        #expect(verdict.firstDivergence?.keys == ["loss"])
        let outcomes = verdict.outputs.map { "\($0.path) \($0.outcome.rawValue)" }
        #expect(outcomes == ["noise.bin differs", "out.csv same"])
        #expect(
            verdict.summaryLines.first
                == "differs: loss parts at step 1: 0.0 became 1.0 (difference 1, allowed 0); 2 points part"
        )
    }

    @Test func `finds the same failure the same`() async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "command: exit 3"])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .failed)
        let verdict = try await lab.verify(record.id)
        #expect(verdict.outcome == .same)
        #expect(verdict.remarks == ["both failed with exit status 3"])
    }

    @Test func `decides nothing about a run that left nothing`() async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "command: \"true\""])
        let record = try #require(try await lab.run().first)
        #expect(try await lab.verify(record.id).outcome == .undecided)
    }

    @Test func `refuses where the data have changed`() async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "data: {d: d.txt}\ncommand: cat {{ data.d }}", "d.txt": "one"])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        try lab.write("two", to: "d.txt")
        let error = await #expect(throws: Mistake.self) { _ = try await lab.laboratory.repeat(record.id) }
        #expect(error?.code == "data-changed")
    }
}
