import OrderedCollections
import RepriseComparison
import RepriseModel
import RepriseSite
import Testing

@testable import Reprise

@Suite struct `What --on says` {
    private static let site = """
        targets:
          one: {kind: process, slots: 3}
          two: {kind: process, slots: 1}
          hpc: {kind: slurm}
          few: {kind: slurm, slots: 8}
          box: {kind: container, image: "localhost/own:1"}
        """
    private static let chain = """
        parameters: {n: 1}
        steps:
          prepare: {command: "true"}
          train: {command: "true", needs: [prepare], split: 2}
          evaluate: {command: "true", needs: [train]}
        """

    private func folder() throws -> LaboratoryFolder {
        try LaboratoryFolder([
            "reprise.yaml": Self.site, "a.exp.yaml": Self.chain,
            "b.exp.yaml": "command: \"true\"\nparameters: {n: 1}\nsweep: {grid: {n: [1, 2, 3, 4]}}",
            "c.exp.yaml": "command: \"true\"\nparameters: {n: 1}\nsweep: {grid: {n: \"range(0, 100)\"}}",
        ])
    }

    private func plan(_ file: String, on target: String?) async throws -> LaunchPlan {
        let ground = try folder()
        defer { withExtendedLifetime(ground) {} }
        return try await ground.laboratory.plan(RunOptions(file: file, target: target))
    }

    private func mistake(_ file: String, on target: String) async throws -> any RepriseError {
        do { _ = try await plan(file, on: target) } catch let error as any RepriseError {
            #expect(error.fault == .usage)
            return error
        }
        return Mistake("it was planned", code: "no-error")
    }

    @Test func `targets and steps are told apart`() throws {
        let choice = try TargetChoice(parsing: "hpc, pods,evaluate=local,prepare = local")
        #expect(choice.targets == ["hpc", "pods"])
        #expect(choice.steps == ["evaluate": "local", "prepare": "local"])
        #expect(try TargetChoice(parsing: nil) == TargetChoice(parsing: nil))
        #expect(try TargetChoice(parsing: "evaluate=local").targets.isEmpty)
    }

    @Test(arguments: ["", ",", "a,", "=a", "a=", "a,,b"]) func `what names nothing is refused`(_ text: String) throws {
        #expect(throws: Mistake.self) { try TargetChoice(parsing: text) }
    }

    @Test func `a target or a step that is named twice is refused`() throws {
        for (text, code) in [("a,a", "target-twice"), ("s=a,s=b", "step-twice")] {
            let error = #expect(throws: Mistake.self) { try TargetChoice(parsing: text) }
            #expect(error?.code == code)
        }
    }

    @Test func `runs are dealt out by slots where all targets have them, else in turn`() async throws {
        let bySlots = try await plan("b.exp.yaml", on: "one,two").variants.map(\.targets)
        #expect(bySlots == [["one"], ["one"], ["two"], ["one"]])
        let inTurn = try await plan("b.exp.yaml", on: "hpc,one").variants.map(\.targets)
        #expect(inTurn == [["hpc"], ["one"], ["hpc"], ["one"]])
    }

    @Test func `a step goes where it is sent, and the others where the run goes`() async throws {
        let plan = try await plan("a.exp.yaml", on: "one,evaluate=two")
        #expect(plan.targets == ["one", "two"])
        #expect(plan.variants.first?.targets == ["one", "one", "two"])
        let rest = try await self.plan("a.exp.yaml", on: "evaluate=two")
        #expect(rest.variants.first?.targets == ["local", "local", "two"])
    }

    @Test func `the image of a target is that of its steps alone`() async throws {
        let plan = try await plan("a.exp.yaml", on: "one,train=box")
        #expect(plan.variants.first?.images.map { $0?.reference } == [nil, "localhost/own:1", nil])
    }

    @Test func `unknown targets and steps are refused with the nearest name`() async throws {
        let target = try await mistake("a.exp.yaml", on: "one,tvo")
        #expect(target.code == "unknown-target")
        #expect(target.fix == "did you mean `two`?")
        #expect(target.place?.file == "--on")
        let placed = try await mistake("a.exp.yaml", on: "one,evaluate=tvo")
        #expect(placed.code == "unknown-target")
        let step = try await mistake("a.exp.yaml", on: "one,evaluat=two")
        #expect(step.code == "unknown-step")
        #expect(step.fix == "did you mean `evaluate`?")
        #expect(try await mistake("b.exp.yaml", on: "one,evaluate=two").code == "unknown-step")
    }

    @Test func `a dry run has a text for each submission elsewhere`() async throws {
        let plan = try await plan("a.exp.yaml", on: "hpc,evaluate=one")
        #expect(plan.submissions.map(\.target) == ["hpc", "hpc"])
        #expect(plan.submissions.first?.text.contains("RUN-1.prepare") == true)
        #expect(plan.submissions.last?.text.contains("RUN-1.train.1") == true)
        #expect(try await self.plan("a.exp.yaml", on: "one").submissions.isEmpty)
    }

    @Test func `steps that an engine keeps in order name those before them`() async throws {
        let submissions = try await plan("a.exp.yaml", on: "hpc").submissions
        #expect(submissions.map(\.mark) == ["JOB-1", "JOB-2", nil])
        #expect(submissions[1].text.contains("#SBATCH --dependency=afterok:JOB-1\n"))
        #expect(submissions[2].text.contains("#SBATCH --dependency=afterok:JOB-2\n"))
    }

    @Test func `of many runs a dry run shows the first few apart, unless the engine limits how many run at once`()
        async throws
    {
        let texts = try await plan("c.exp.yaml", on: "hpc").submissions.map(\.text)
        #expect(texts.count == 2)
        #expect(texts.first?.contains("--array=0-31\n") == true)
        #expect(texts.last?.contains("--array=0-67\n") == true)
        let limited = try await plan("c.exp.yaml", on: "few").submissions.map(\.text)
        #expect(limited.count == 1)
        #expect(limited.first?.contains("--array=0-99%8\n") == true)
    }
}

@Suite struct `Runs over several targets` {
    private static let site = """
        targets:
          one: {kind: process, slots: 2}
          two: {kind: process, slots: 2}
        """
    private static let chain = """
        steps:
          prepare: {command: "echo 1 > a.txt"}
          train: {command: "cat a.txt > b-$REPRISE_SPLIT.txt", needs: [prepare], split: 2}
          evaluate: {command: "cat b-0.txt b-1.txt > c.txt", needs: [train], outputs: [c.txt]}
        """

    @Test
    func `each step is executed on its own target, and a repetition goes the same way unless it is sent elsewhere`()
        async throws
    {
        let ground = try LaboratoryFolder(["reprise.yaml": Self.site, "a.exp.yaml": Self.chain])
        let evaluation = try await evaluate(
            RunOptions(file: "a.exp.yaml", target: "one,evaluate=two"),
            at: ground.laboratory
        )
        let record = try #require(try await evaluation.results().first)
        #expect(record.state == .finished)
        #expect(record.request.target == "one")
        #expect(record.request.steps.map(\.target) == [nil, nil, "two"])
        #expect(record.request.targetWords == "one; evaluate on two")
        #expect(record.outputs.map(\.path) == ["c.txt"])
        let same = try ground.laboratory.show(await ground.laboratory.repeat(record.id))
        #expect(same.request.targetWords == "one; evaluate on two")
        let other = try ground.laboratory.show(await ground.laboratory.repeat(record.id, target: "two"))
        #expect(other.request.targetWords == "two")
        let step = try ground.laboratory.show(await ground.laboratory.repeat(record.id, target: "train=two"))
        #expect(step.request.targetWords == "one; train, evaluate on two")
        for try await _ in try ground.laboratory.supervise([same.id, other.id, step.id]) {}
        for run in [same.id, other.id, step.id] {
            let verdict = try ground.laboratory.judge(original: record.id, repetition: run)
            #expect(verdict.outcome == .same)
        }
    }

    @Test func `every job sees the code of the launch, also those that start or are resumed after it has changed`()
        async throws
    {
        let steps = """
            steps:
              one: {command: [sh, one.sh]}
              two: {command: [sh, two.sh], needs: [one], split: 2}
              three: {command: [sh, three.sh], needs: [two], outputs: [trace]}
            """
        let ground = try LaboratoryFolder([
            "reprise.yaml": Self.site, "a.exp.yaml": steps, "one.sh": "echo one >> trace",
            "two.sh": "test \"$REPRISE_SPLIT\" = 0 || test \"$REPRISE_ATTEMPT\" -gt 1",
            "three.sh": "echo three >> trace",
        ])
        let launch = try await ground.laboratory.launch(
            ground.laboratory.plan(RunOptions(file: "a.exp.yaml", target: "one,three=two"))
        )
        for name in ["one.sh", "two.sh", "three.sh"] { try ground.write("echo changed >> trace; exit 9", to: name) }
        for try await _ in try ground.laboratory.supervise(launch.runs) {}
        let run = try #require(launch.runs.first)
        #expect(try ground.laboratory.show(run).state == .failed)
        #expect(try ground.laboratory.resume([run]) == [run])
        for try await _ in try ground.laboratory.supervise([run]) {}
        let record = try ground.laboratory.show(run)
        #expect(record.state == .finished)
        #expect(try ground.text("work/trace", of: run) == "one\nthree\n")
        #expect(record.jobs.map(\.key.attempt) == [1, 1, 2, 2])
    }

    @Test func `one run is not repeated on several targets`() async throws {
        let ground = try LaboratoryFolder(["reprise.yaml": Self.site, "a.exp.yaml": Self.chain])
        let record = try #require(try await ground.run().first)
        let error = await #expect(throws: Mistake.self) {
            try await ground.laboratory.repeat(record.id, target: "one,two")
        }
        #expect(error?.code == "several-targets")
    }
}
