import ArgumentParser
import Reprise
import RepriseModel

struct ImportMLflow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "mlflow",
        abstract: "Bring in the history of an MLflow server, folder or database",
        discussion: """
            Experiments become projects; runs keep their ids, times, parameters, tags, whole metric histories, datasets and \
            files; logged models and the model registry come too. Nothing is written to the source.

            It may be interrupted and repeated: what is here already stays as it is, and what is new is added. What cannot \
            be brought in is reported, and makes the exit status 1.

            A server that wants to know who asks is told by MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and \
            MLFLOW_TRACKING_PASSWORD.

            Examples:
              reprise import mlflow http://localhost:5000
              reprise import mlflow ./mlruns --dry-run
              reprise import mlflow sqlite:///mlflow.db --experiment digits --artifacts ./mlartifacts
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(
        help: ArgumentHelp(
            "The address of a server, a folder `mlruns`, or the file of an SQLite database",
            valueName: "source"
        ),
        completion: .file()
    )
    var source: String

    @Option(help: ArgumentHelp("Only this experiment (can be repeated)", valueName: "name"))
    var experiment: [String] = []

    @Flag(help: "Leave the files of runs and models where they are")
    var noArtifacts = false

    @Option(
        help: ArgumentHelp("The folder that a server wrote `mlflow-artifacts:` to", valueName: "folder"),
        completion: .directory
    )
    var artifacts: String?

    @Flag(help: "Only count what there is to bring in")
    var dryRun = false

    func run(in session: Session) async throws {
        let options = ImportOptions(
            source: source,
            projects: experiment,
            withArtifacts: !noArtifacts,
            isDryRun: dryRun,
            artifacts: artifacts
        )
        let display = ImportDisplay(session.console, clock: session.context.clock)
        let report: ImportReport
        do {
            report = try await session.laboratory.importMLflow(options) { display.show($0) }
        } catch {
            display.clear()
            throw error
        }
        display.clear()
        if json.isOn {
            try session.console.document(report.value)
        } else {
            for line in report.lines(isDryRun: dryRun) { session.console.say(line) }
        }
        for fault in report.faults { session.console.complain("left out: \(fault)") }
        let untold = report.faultCount - report.faults.count
        if untold > 0 { session.console.complain("and \(untold) more") }
        if !report.isComplete { throw ExitCode(1) }
    }
}

extension ImportReport {
    fileprivate var value: Value {
        [
            "projects": .integer(Int64(projects)), "newProjects": .integer(Int64(newProjects)),
            "runs": .integer(Int64(runs)), "newRuns": .integer(Int64(newRuns)),
            "changedRuns": .integer(Int64(changedRuns)), "points": .integer(points), "files": .integer(Int64(files)),
            "bytes": .integer(bytes), "models": .integer(Int64(models)),
            "registeredModels": .integer(Int64(registeredModels)), "leftOut": .list(faults.map(Value.string)),
            "leftOutCount": .integer(Int64(faultCount)),
        ]
    }

    fileprivate func lines(isDryRun: Bool) -> [String] {
        let what = [
            count(projects, "experiment"), count(runs, "run"), count(models, "logged model"),
            count(registeredModels, "registered model"),
        ]
        if isDryRun { return ["there are " + what.joined(separator: ", ") + "; nothing was brought in"] }
        return [
            "looked at " + what.joined(separator: ", "),
            "brought in \(count(newRuns, "new run")), \(count(changedRuns, "changed run")), "
                + "\(points) points, \(count(files, "file")) (\(Quantities.text(bytes: bytes)))",
        ]
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
