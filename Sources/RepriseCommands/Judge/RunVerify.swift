import ArgumentParser
import Reprise
import RepriseComparison
import RepriseModel
import RepriseSystem

struct RunVerify: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Repeat runs and judge whether they came out the same",
        discussion: """
            Every metric and every output is compared by the class that the experiment declares: bit for bit, or within \
            a tolerance. The verdict names the first step at which two series part, and is kept with both runs. Exit \
            status 0: the same; 1: something differs; 2: it could not be decided.

            Examples:
              reprise verify @last
              reprise verify 3f2a --against 9b1c
              reprise verify 3f2a --on hpc
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var json: JSONOption

    @Option(
        help: ArgumentHelp("Run on this target instead of where it ran; STEP=TARGET for one step", valueName: "target"),
        completion: .targetChoices
    )
    var on: String?

    @Option(
        help: ArgumentHelp(
            "Judge by this repetition, which is there already, instead of running again",
            valueName: "run"
        ),
        completion: .runs
    )
    var against: String?

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let runs = try laboratory.resolve(selection.runs)
        if against != nil, on != nil {
            throw Mistake(
                "--on goes without --against",
                why: "that repetition is there already, wherever it ran",
                code: "usage"
            )
        }
        if against != nil, runs.count > 1 {
            throw Mistake("--against goes with one run", why: "these are \(runs.count)", code: "usage")
        }
        try laboratory.checkEnded(runs)
        let repetitions = try await repetitions(of: runs, session)
        var worst: Int32 = 0
        for (original, repetition) in zip(runs, repetitions) {
            let verdict = try laboratory.judge(original: original, repetition: repetition)
            try tell(verdict, session.console, isOnly: runs.count == 1)
            worst = max(worst, status(of: verdict.outcome))
        }
        if worst != 0 { throw ExitCode(worst == 3 ? 1 : worst) }
    }

    private func repetitions(of runs: [RunID], _ session: Session) async throws -> [RunID] {
        let laboratory = session.laboratory
        if let against { return try laboratory.resolve([against]) }
        var repetitions: [RunID] = []
        let follower = RunFollower(session, isJSON: false)
        for run in runs {
            repetitions.append(try await laboratory.repeat(run, target: on) { follower.display.show($0) })
        }
        follower.display.expect(try laboratory.rows(repetitions))
        let signal = try await follower.follow(repetitions, .stopping)
        follower.display.clear()
        if let signal { throw ExitCode(signal.exitStatus) }
        return repetitions
    }

    /// A difference weighs more than what could not be decided; it is turned into 1 at the end.
    private func status(of outcome: Verdict.Outcome) -> Int32 {
        switch outcome {
        case .same: 0
        case .undecided: 2
        case .differs: 3
        }
    }

    private func tell(_ verdict: Verdict, _ console: Console, isOnly: Bool) throws {
        if json.isOn {
            let value = try Value(encoding: verdict)
            return try isOnly ? console.document(value) : console.object(value)
        }
        if !isOnly { try console.line("\(verdict.original.short) repeated as \(verdict.judged.short)") }
        for line in verdict.summaryLines {
            let word = line.prefix { $0 != ":" }
            let paint: Paint? = ["same": .green, "differs": .red, "undecided": .yellow][String(word)]
            let text = String(line.dropFirst(word.count)).harmless
            try console.line(paint.map { console.painted(String(word), $0) + text } ?? line.harmless)
        }
    }
}
