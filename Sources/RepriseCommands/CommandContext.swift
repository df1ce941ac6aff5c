import Reprise
import RepriseModel
import RepriseSystem

/// What the executable lends to every command: the world, a place to print, and the signals that end it.
///
/// ArgumentParser builds the commands itself, so nothing can be passed to their initializers. A task local is set once
/// around the whole run, and once around each test.
package struct CommandContext: Sendable {
    @TaskLocal package static var current: CommandContext?

    package var world: World
    /// The folder in which the process was started, absolute.
    package var folder: String
    package var console: Console
    /// Paces redrawing.
    package var clock: any Clock<Duration>
    /// From the first call on, signals are told instead of ending the process.
    package var endSignals: @Sendable () -> AsyncStream<EndSignal>

    package init(
        world: World,
        folder: String,
        console: Console,
        clock: any Clock<Duration> = ContinuousClock(),
        endSignals: @escaping @Sendable () -> AsyncStream<EndSignal> = { AsyncStream { $0.finish() } }
    ) {
        self.world = world
        self.folder = folder
        self.console = console
        self.clock = clock
        self.endSignals = endSignals
    }
}
