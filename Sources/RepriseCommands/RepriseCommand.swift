import ArgumentParser
import Reprise

/// The whole command line: a line for each command, and a file behind each line.
struct RepriseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprise",
        abstract: "Run computational experiments so that they can be run again",
        discussion: """
            Data goes to standard output, talk and progress to standard error. Exit status: 0 done, 1 failed, 2 wrong \
            usage, 130 and 143 after Ctrl-C and SIGTERM, 70 for a bug in reprise itself. A foreground `run` exits with \
            its run's own status; for `verify` and `compare`, 1 means that something differs and 2 that it could not \
            be decided.

            A run is named by its id, by any unique beginning of it, by its name, or as `@last`; `launch:ID` names all \
            runs of one launch.

            Examples:
              reprise init
              reprise run digits.exp.yaml lr=0.1,0.01
              reprise list --where 'metrics.accuracy.max > 0.9'
              reprise verify @last
            """,
        version: repriseVersion,
        groupedSubcommands: [
            CommandGroup(name: "Experiments", subcommands: [ProjectInit.self, RunStart.self, ImportCommand.self]),
            CommandGroup(
                name: "Runs",
                subcommands: [
                    RunList.self, RunShow.self, RunLogs.self, RunWatch.self, RunWait.self, RunAttach.self, RunStop.self,
                    RunResume.self, RunDelete.self, RunRestore.self,
                ]
            ),
            CommandGroup(
                name: "Results",
                subcommands: [
                    RunCompare.self, RunRepeat.self, RunVerify.self, RunQuery.self, RunPlot.self, RunExport.self,
                ]
            ),
            CommandGroup(name: "Other programs", subcommands: [StoreServe.self]),
            CommandGroup(
                name: "What runs depend on",
                subcommands: [
                    SnapshotCommand.self, ImageCommand.self, DataCommand.self, TargetCommand.self, TrackerCommand.self,
                    SettingsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Reprise itself",
                subcommands: [
                    StoreCollect.self, MachineDoctor.self, ShellCompletion.self, VersionShow.self, Supervise.self,
                ]
            ),
        ]
    )
}
