import Reprise
import RepriseCommands
import RepriseServer
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
var world = World.live(variables: variables, executable: Surroundings.executable)
world.tracking = LoopbackTracking(wallClock: world.wallClock, entropy: world.entropy)
let context = CommandContext(
    world: world,
    folder: Surroundings.folder,
    console: console,
    endSignals: endSignals
)
Surroundings.end(await runCommandLine(Array(CommandLine.arguments.dropFirst()), in: context))
