import ArgumentParser
import Reprise
import RepriseModel

struct RunStart: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run an experiment: snapshot, every variant, records",
        discussion: """
            FILE is an experiment (NAME.exp.yaml), a specs.py, or any program that prints experiments. KEY=VALUE sets \
            a parameter, +KEY=VALUE adds one, ~KEY removes one; several values with commas, or range(1,10,2), make a \
            sweep. --on names the target of the site; several with commas are dealt the runs in turn, as many to each as \
            their `slots` say; STEP=TARGET sends one step elsewhere. The command waits until all runs have ended; Ctrl-C stops them, --detach leaves them running.

            Exit status: the run's own where there is one run; else 0 if all finished and 1 if not.

            Examples:
              reprise run digits.exp.yaml
              reprise run digits.exp.yaml lr=0.1,0.01 hidden=32 --name wide
              reprise run digits.exp.yaml --dry-run
              reprise run digits.exp.yaml --dev
              reprise run digits.exp.yaml --on local --set target.slots=4 --detach
              reprise run digits.exp.yaml --on hpc,pods --sweep lr=0.1,0.01,0.001
              reprise run chain.exp.yaml --on hpc,evaluate=local
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var launch: LaunchOptions
    @OptionGroup var json: JSONOption

    @Flag(name: [.long, .customShort("d")], help: "Return once the runs are queued; they go on in the background")
    var detach = false

    @Flag(
        name: [.customLong("dry-run"), .customShort("n")],
        help: "Print every variant with the origin of its values; run nothing"
    )
    var dryRun = false

    func run(in session: Session) async throws {
        let plan = try await session.laboratory.plan(launch.runOptions)
        for warning in plan.warnings { session.console.say("warning: \(warning)") }
        if launch.dev, !dryRun {
            session.console.say("the working tree is used as it is: these runs can be neither repeated nor verified")
        }
        guard !dryRun else { return try PlanListing(plan: plan, isJSON: json.isOn).print(on: session.console) }
        let follower = RunFollower(session, isJSON: json.isOn, settings: plan.settings)
        let launched = try await session.laboratory.launch(plan) { follower.display.show($0) }
        guard !detach else {
            follower.display.clear()
            try session.laboratory.startBackgroundSupervisor(settings: plan.settings)
            return try tell(launched, session)
        }
        try await follower.drive(launched.runs, .stopping)
    }

    private func tell(_ launch: Launch, _ session: Session) throws {
        if json.isOn {
            let runs = launch.runs.map { Value.string($0.description) }
            try session.console.object(["event": "detached", "launch": .string(launch.id), "runs": .list(runs)])
        } else {
            for run in launch.runs { try session.console.line(run.description) }
            session.console.say("follow them with `reprise attach launch:\(launch.id)`")
        }
    }
}

/// What `run` says about the runs themselves.
struct LaunchOptions: ParsableArguments {
    @Argument(help: "The experiment", completion: .file(extensions: ["yaml", "yml", "py", "json"]))
    var file: String

    @Argument(help: ArgumentHelp("Parameters to set, add, remove or sweep (can be repeated)", valueName: "key=value"))
    var overrides: [String] = []

    @Option(
        help: ArgumentHelp("Run on this target of the site, or on several; steps elsewhere", valueName: "targets"),
        completion: .targetChoices
    )
    var on: String?

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("Sweep a parameter (can be repeated)", valueName: "key=values"))
    var sweep: [String] = []

    @Option(help: ArgumentHelp("Name the runs", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Tag the runs (can be repeated)", valueName: "tag"))
    var tag: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The root seed, from which every variant derives its own", valueName: "number")
    )
    var seed: Int64?

    @Option(help: ArgumentHelp("Run from the code of this kept snapshot", valueName: "snapshot"))
    var snapshot: String?

    @Flag(help: "Run on the project's files as they are at each moment; such runs cannot be repeated or verified")
    var dev = false

    @Flag(name: .shortAndLong, help: "Agree to however many variants there are")
    var yes = false

    func validate() throws {
        if let seed, seed < 0 { throw ValidationError("--seed takes a whole number from 0, not \(seed)") }
        for setting in set where !setting.contains("=") {
            throw ValidationError("--set takes KEY=VALUE, not `\(setting)`")
        }
    }

    var runOptions: RunOptions {
        RunOptions(
            file: file,
            overrides: overrides,
            sweeps: sweep,
            settings: set,
            target: on,
            name: name,
            tags: tag,
            seed: seed,
            snapshot: snapshot,
            development: dev,
            confirmed: yes
        )
    }
}
