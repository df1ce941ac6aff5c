import Reprise
import RepriseCommands
import RepriseSystem

Surroundings.surviveBrokenPipes()
let variables = Surroundings.variables
let console = Console(
    output: StreamSink(.output),
    errors: StreamSink(.errors),
    outputIsTerminal: Surroundings.isTerminal(.output),
    errorsAreTerminal: Surroundings.isTerminal(.errors),
    width: Surroundings.columns(of: .errors) ?? Surroundings.columns(of: .output) ?? variables["COLUMNS"]
        .flatMap(Int.init)
        ?? 80,
    variables: variables
)
let context = CommandContext(
    world: .live(variables: variables, executable: Surroundings.executable),
    folder: Surroundings.folder,
    console: console,
    endSignals: endSignals
)
Surroundings.end(await runCommandLine(Array(CommandLine.arguments.dropFirst()), in: context))
