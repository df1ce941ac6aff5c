import OrderedCollections
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `A verdict` {
    private func verdict(
        _ left: Execution,
        _ right: Execution,
        metrics: [SeriesJudgement] = [],
        outputs: [OutputJudgement] = [],
        files: [String] = []
    ) -> Verdict {
        Verdict(
            original: left,
            judged: right,
            metrics: metrics,
            outputs: outputs,
            changedFiles: files,
            at: Timestamp(milliseconds: 1_772_357_400_250)
        )
    }

    @Test func `is the same where all is the same`() throws {
        let verdict = verdict(try execution("1"), try execution("2"), metrics: [judgement([1, 2], [1, 2])])
        #expect(verdict.outcome == .same)
        #expect(verdict.summaryLines == ["same: 1 metric and exit status 0"])
        #expect(verdict.factors.isEmpty)
    }

    @Test(arguments: [
        ([Verdict.Outcome.same, .same], Verdict.Outcome.same), ([.same, .undecided], .undecided),
        ([.undecided, .differs], .differs),
        ([.differs, .same], .differs), ([], .undecided),
    ])
    func `puts outcomes together`(parts: [Verdict.Outcome], expected: Verdict.Outcome) throws {
        let outputs = parts.enumerated().map { OutputJudgement(path: "\($0)", outcome: $1) }
        #expect(verdict(try execution("1"), try execution("2"), outputs: outputs).outcome == expected)
    }

    @Test func `says that there was nothing to compare`() throws {
        let verdict = verdict(try execution("1"), try execution("2"))
        #expect(verdict.summaryLines.first == "undecided: nothing to compare: declare `outputs` or log metrics")
    }

    @Test func `counts another exit status as a difference, and the same failure as the same`() throws {
        let failed = try execution("1", state: .failed, status: 3)
        let other = verdict(try execution("2"), failed, metrics: [judgement([1], [1])])
        #expect(other.outcome == .differs)
        #expect(other.summaryLines.first == "differs: exit status 0 became exit status 3")
        let same = verdict(failed, try execution("2", state: .failed, status: 3))
        #expect(same.outcome == .same)
        #expect(same.remarks == ["both failed with exit status 3"])
    }

    @Test(arguments: [RunState.running, .cancelled, .lost, .queued])
    func `decides nothing about a run that did not end by itself`(state: RunState) throws {
        let verdict = verdict(
            try execution("1"),
            try execution("2", state: state, status: nil),
            metrics: [judgement([1], [1])]
        )
        #expect(verdict.outcome == .undecided)
        #expect(verdict.reason?.contains("the repeat") == true)
    }

    @Test func `names the signal that ended a run`() throws {
        var (left, right) = (
            try execution("1", state: .failed, status: nil), try execution("2", state: .failed, status: nil)
        )
        let key = JobKey(run: left.record.id, step: nil, split: nil, attempt: 1)
        left.record.jobs = [JobRecord(key: key, state: .failed, exit: ExitRecord(signal: 9))]
        right.record.jobs = [JobRecord(key: key, state: .failed, exit: ExitRecord(signal: 11))]
        #expect(verdict(left, right).summaryLines.first == "differs: signal 9 became signal 11")
    }

    @Test func `finds the earliest step over all series`() throws {
        let series = [
            judgement([1, 2, 3], [1, 2, 4], key: "b"), judgement([1, 2], [1, 3], key: "c"),
            judgement([1, 2], [1, 9], key: "a"),
            judgement([5], [6], .statistical, key: "d"),
        ]
        let verdict = verdict(try execution("1"), try execution("2"), metrics: series)
        #expect(verdict.firstDivergence == Verdict.Divergence(step: 1, keys: ["a", "c"]))
        #expect(verdict.metrics.map(\.key) == ["a", "b", "c", "d"])
    }

    @Test func `survives being kept as JSON`() throws {
        let series = [judgement([1, .infinity], [1, .nan], .within(absolute: 0.1, relative: 0))]
        let outputs = [
            OutputJudgement(
                path: "m.json",
                outcome: .differs,
                spot: Spot(place: "$", left: "1", right: "2", difference: 1, allowed: 0)
            )
        ]
        let verdict = verdict(try execution("1"), try execution("2", facts: [:]), metrics: series, outputs: outputs)
        let json = try Value(encoding: verdict).json()
        let kept: Verdict = try Value(json: json).decode()
        #expect(try Value(encoding: kept).json() == json)
        #expect(kept.summaryLines == verdict.summaryLines)
    }

    @Test func `leaves the machine's load out of what it judges, unless there is a rule for it`() throws {
        var left = try execution("1")
        let moment = Timestamp(milliseconds: 0)
        left.record.metrics = ["system/cpu", "loss"]
            .map { SeriesSummary(key: $0, count: 1, last: 1, lastStep: 0, lastTime: moment, min: 1, max: 1) }
        #expect(Execution.keysToJudge(left, try execution("2")) == ["loss"])
        left.record.request.metrics["system/cpu"] = MetricRule()
        #expect(Execution.keysToJudge(left, try execution("2")) == ["loss", "system/cpu"])
    }

    @Test func `tells people all of it`() throws {
        let left = try execution("1") { $0.repeats = nil }
        var right = try execution(
            "2",
            facts: ["package.numpy": "2.0.0", "package.torch": "2.4"],
            machine: ["cpu.model": "EPYC", "kernel": "6.1", "gpu.0.model": "H100"]
        ) { request in
            request.parameters[0].value = 0.2
            request.seed = Seed(8)
            request.target = "hpc"
            request.variables = ["LANG": "C"]
            request.determinism = false
            request.steps[0].resources.cpus = nil
        }
        right.record.notes = ["data item `train` changed while it was read"]
        right.manifest?.code.tree = String(repeating: "e", count: 40)
        let series = [
            judgement([0.5, 0.3125, 0.25], [0.5, 0.3126, 0.5]), judgement([1, 2], [1], key: "accuracy"),
            judgement([1], [1.001], .within(absolute: 0.01, relative: 0), key: "close"),
            judgement([1], [2], .statistical, key: "spread"),
            judgement([], [1], key: "extra"),
        ]
        let outputs = [
            OutputJudgement(
                path: "report.csv",
                outcome: .differs,
                format: "CSV",
                spot: Spot(place: "row 4, column lr", left: "0.1", right: "0.2", difference: 0.1, allowed: 1e-6)
            ),
            OutputJudgement(
                path: "model.bin",
                outcome: .undecided,
                reason: "its bytes differ, and no format that is compared fits it"
            ),
            OutputJudgement(path: "plot.png", outcome: .differs, reason: "only the original left it"),
            OutputJudgement(
                path: "same.json",
                outcome: .same,
                tolerance: .within(absolute: 0, relative: 0.01),
                largestDifference: 1e-9
            ),
        ]
        let verdict = verdict(left, right, metrics: series, outputs: outputs, files: ["train.py", "d", "b", "c", "a"])
        try expectGolden(verdict.summaryLines.joined(separator: "\n") + "\n", "verdict-differs.txt")
        try expectGolden(try Value(encoding: verdict).json(pretty: true) + "\n", "verdict-differs.json")
    }

    @Test func `says the difference in the words of its first line`() throws {
        let left = points((0..<15).map { $0 < 14 ? 1 : 0.3125 })
        let right = points((0..<15).map { $0 < 14 ? 1 : 0.3126 })
        let verdict = verdict(
            try execution("1"),
            try execution("2"),
            metrics: [SeriesComparison(key: "loss").judge(left, right)]
        )
        #expect(
            verdict.summaryLines.first
                == "differs: loss parts at step 14: 0.3125 became 0.3126 (difference 1e-4, allowed 0)"
        )
    }
}

@Suite struct `What was not held fast` {
    private func names(_ execution: Execution) -> [String] { Uncontrolled.of(execution).map(\.name) }

    @Test func `depends on request and facts`() throws {
        #expect(names(try execution("1")) == ["environment", "clock", "network"])
        #expect(
            names(try execution("1") { $0.determinism = false }) == [
                "environment", "determinism", "hash-seed", "threads", "clock", "network",
            ]
        )
        #expect(
            names(try execution("1") { $0.steps[0].resources.cpus = nil }) == [
                "environment", "threads", "clock", "network",
            ]
        )
        #expect(names(try execution("1") { $0.variables["PYTHONHASHSEED"] = "random" }).contains("hash-seed"))
        #expect(names(try execution("1", machine: ["gpu.0.name": "H100"])).contains("gpu"))
        #expect(!names(try execution("1", machine: ["gpus": 0])).contains("gpu"))
    }

    @Test func `is less in an image without network`() throws {
        var execution = try execution("1", facts: ["network": "none"])
        execution.manifest?.environment.kind = "image"
        #expect(names(execution) == ["clock"])
    }
}

@Suite struct `What differed between two executions` {
    private func factors(_ left: Execution, _ right: Execution) -> [String] { Factor.between(left, right).map(\.words) }

    @Test func `is nothing where only ids, names and times are other ones`() throws {
        let right = try execution("2") {
            $0.name = "other"
            $0.createdAt = Timestamp(milliseconds: 99)
            $0.launch = "l2"
        }
        #expect(factors(try execution("1"), right).isEmpty)
    }

    @Test func `lists facts that were added, removed and changed`() throws {
        let left = try execution("1", facts: ["package.a": "1", "package.b": "1"])
        let right = try execution("2", facts: ["package.b": "2", "package.c": "1"])
        #expect(
            factors(left, right) == [
                "environment package.a removed: 1", "environment package.b 1 became 2",
                "environment package.c added: 1",
            ]
        )
    }

    @Test func `knows commands, resources and data`() throws {
        var right = try execution("2") {
            $0.steps[0].command = .shell([.text("python3 other.py "), .run(.data("train"))])
            $0.steps[0].resources.memory = 1024
        }
        right.manifest?.data = [DataDigest(name: "train", digest: try digest("e"), bytes: 10, files: 1)]
        #expect(
            factors(try execution("1"), right) == [
                "command 1 python3 train.py --seed=${REPRISE_SEED} became python3 other.py ${REPRISE_DATA_TRAIN}",
                "data train dddddddddddd became eeeeeeeeeeee", "resources memory added: 1024",
            ]
        )
    }

    @Test func `says nothing about snapshots that are gone`() throws {
        var right = try execution("2", facts: [:])
        right.manifest = nil
        #expect(factors(try execution("1"), right).allSatisfy { !$0.hasPrefix("environment") && !$0.hasPrefix("code") })
    }
}
