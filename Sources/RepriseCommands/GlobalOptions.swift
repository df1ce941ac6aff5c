import ArgumentParser
import Reprise
import RepriseModel
import RepriseSystem

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .customShort("C"),
        help: ArgumentHelp("Work as if started in this folder", valueName: "folder"),
        completion: .directory
    )
    var folder: String?

    @Option(
        help: ArgumentHelp("Use this store instead of the `.reprise` found from here upwards", valueName: "folder"),
        completion: .directory
    )
    var store: String?

    @Flag(name: .shortAndLong, help: "Say nothing but errors; data is printed all the same")
    var quiet = false

    func session() throws -> Session {
        guard var context = CommandContext.current else {
            throw Mistake("a command was started without its surroundings", code: "no-context", fault: .bug)
        }
        context.console.isQuiet = quiet
        let place = folder.map { absolutePath($0, from: context.folder) } ?? context.folder
        // Otherwise the store of a folder above it would be taken for the one that is meant.
        if let folder { try context.world.files.expectFolder(place, as: folder) }
        return Session(
            context: context,
            laboratory: Laboratory(
                world: context.world,
                folder: place,
                store: store.map { absolutePath($0, from: context.folder) }
            )
        )
    }
}

/// `--json`, for commands that read.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON for programs")
    var isOn = false
}

/// What a command works with.
struct Session: Sendable {
    var context: CommandContext
    var laboratory: Laboratory

    var console: Console { context.console }
    var now: Timestamp { context.world.wallClock.now() }

    /// Shows what a long verb is about.
    func display(isJSON: Bool = false) -> LaunchDisplay {
        LaunchDisplay(console, wallClock: context.world.wallClock, clock: context.clock, isJSON: isJSON)
    }
}

/// A command: its options, and one verb of the laboratory.
protocol Verb: AsyncParsableCommand {
    var global: GlobalOptions { get }

    func run(in session: Session) async throws
}

extension Verb {
    mutating func run() async throws { try await run(in: global.session()) }
}
