import RepriseModel

/// Runs a program to its end and hands back what it printed. Every external tool (git, nvidia-smi, …) goes through this.
package protocol ProcessRunner: Sendable {
    /// Ends the program's process group when the calling task is cancelled. Throws only if the program cannot be started
    /// or printed more than `limit`; a failing exit status is a result.
    func run(_ invocation: Invocation) async throws -> ProcessResult

    /// The same, and tells each line that it prints on either stream as soon as it is there, for programs that take long.
    func run(_ invocation: Invocation, line: @escaping @Sendable (String) -> Void) async throws -> ProcessResult
}

extension ProcessRunner {
    /// For runners that know a program's words only when it has ended.
    package func run(
        _ invocation: Invocation,
        line: @escaping @Sendable (String) -> Void
    ) async throws -> ProcessResult {
        let result = try await run(invocation)
        for text in [result.errorText, result.text] { text.split(separator: "\n").forEach { line(String($0)) } }
        return result
    }
}

/// A program with its arguments and surroundings.
package struct Invocation: Hashable, Sendable {
    /// A name to look up in PATH, or a path.
    package var program: String
    package var arguments: [String]
    package var folder: String?
    /// Added to the environment of this process; nil takes a variable away.
    package var variables: [String: String?]
    package var input: [UInt8]
    /// The most bytes it may print on standard output.
    package var limit: Int

    package init(
        _ program: String,
        _ arguments: [String],
        folder: String? = nil,
        variables: [String: String?] = [:],
        input: [UInt8] = [],
        limit: Int = 64 << 20
    ) {
        self.program = program
        self.arguments = arguments
        self.folder = folder
        self.variables = variables
        self.input = input
        self.limit = limit
    }

    /// The command line as a person would type it, for messages.
    package var text: String { ([program] + arguments).map(shellQuoted).joined(separator: " ") }
}

package struct ProcessResult: Hashable, Sendable {
    /// The exit status; 128 + n for signal n, as shells say it.
    package var status: Int
    package var output: [UInt8]
    package var errors: [UInt8]

    package init(status: Int, output: [UInt8] = [], errors: [UInt8] = []) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
}

extension ProcessRunner {
    /// Runs it and insists on exit status 0; throws `ProgramFailed` with the command and its last words otherwise.
    package func succeed(_ invocation: Invocation) async throws -> ProcessResult {
        let result = try await run(invocation)
        guard result.status == 0 else { throw ProgramFailed(command: invocation.text, result: result) }
        return result
    }
}

/// A program that ended with another status than 0.
package struct ProgramFailed: RepriseError {
    package var command: String
    package var result: ProcessResult

    package init(command: String, result: ProcessResult) {
        self.command = command
        self.result = result
    }

    package var what: String { "`\(command.prefix(200))` ended with status \(result.status)" }
    package var why: String? {
        let words = result.errorText.split(separator: "\n").suffix(5).joined(separator: "\n       ")
        return words.isEmpty ? nil : words
    }
    package var code: String { "program-failed" }
    package var fault: Fault { .world }
}

/// A program that is not there.
package struct ProgramMissing: RepriseError {
    package var program: String

    package init(program: String) { self.program = program }

    package var what: String { "cannot find `\(program)` on this machine" }
    package var fix: String? { "install it, or put the folder that holds it into PATH" }
    package var code: String { "program-missing" }
}
