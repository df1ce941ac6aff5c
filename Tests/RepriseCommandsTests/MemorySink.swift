import Reprise
import RepriseModel
import Synchronization

@testable import RepriseCommands

/// Keeps what a command writes.
final class MemorySink: TextSink {
    private let bytes = Mutex<[UInt8]>([])
    /// How many bytes are taken before the reader goes.
    private let limit: Int?

    init(limit: Int? = nil) { self.limit = limit }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(_ more: [UInt8]) throws {
        try bytes.withLock { bytes in
            if let limit, bytes.count + more.count > limit { throw BrokenPipe() }
            bytes += more
        }
    }
}

/// What one command line did.
struct CommandResult {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a command line as the executable does, in a folder of its choice.
func reprise(
    _ arguments: String...,
    in folder: String = "/nowhere",
    isTerminal: Bool = false,
    output: MemorySink = MemorySink()
) async -> CommandResult {
    await reprise(list: arguments, in: folder, isTerminal: isTerminal, output: output)
}

/// The same with arguments that are at hand as a list.
func reprise(
    list arguments: [String],
    in folder: String = "/nowhere",
    isTerminal: Bool = false,
    output: MemorySink = MemorySink(),
    variables: [String: String] = [:]
) async -> CommandResult {
    let errors = MemorySink()
    let console = Console(
        output: output,
        errors: errors,
        outputIsTerminal: isTerminal,
        errorsAreTerminal: isTerminal,
        variables: ["LANG": "C.UTF-8"]
    )
    let context = CommandContext(world: .live(variables: variables), folder: folder, console: console)
    let status = await runCommandLine(arguments, in: context)
    return CommandResult(status: status, output: output.text, errors: errors.text)
}

func runID(_ number: Int) -> RunID {
    var generator = CountingGenerator(number: UInt64(number))
    return RunID(using: &generator)
}

private struct CountingGenerator: RandomNumberGenerator {
    var number: UInt64

    mutating func next() -> UInt64 { number &* 0x1111_1111_1111_1111 }
}
