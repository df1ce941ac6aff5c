import RepriseModel
import RepriseSystem

/// Runs programs on another machine, by `ssh`.
///
/// An invocation means there what it means here: its program is looked up in that machine's PATH, and neither its variables
/// nor its arguments are to be seen in a list of processes of either machine before the program itself has begun.
package struct RemoteProcessRunner: ProcessRunner {
    package let connection: SSHConnection
    let local: any ProcessRunner
    /// A program that PATH must have there, else a login shell is asked.
    private let landmark: String?

    package init(
        _ connection: SSHConnection,
        landmark: String? = nil,
        local: any ProcessRunner = LiveProcessRunner()
    ) {
        self.connection = connection
        self.landmark = landmark
        self.local = local
    }

    package func run(_ invocation: Invocation) async throws -> ProcessResult {
        try await run(invocation, within: nil)
    }

    /// `shell` makes of the words of `ssh` those of a local shell around it.
    private func run(
        _ invocation: Invocation,
        within shell: (@Sendable ([String]) -> [String])?
    ) async throws -> ProcessResult {
        let script = Array(RemoteScript.text(invocation, landmark: landmark).utf8)
        let words = try await connection.arguments() + [SSHArguments.command(scriptBytes: script.count)]
        var result = try await connection.inTurn {
            let arguments = shell.map { $0(["ssh"] + words) } ?? words
            return try await local.run(
                Invocation(
                    shell == nil ? "ssh" : "sh",
                    arguments,
                    input: script + invocation.input,
                    limit: invocation.limit
                )
            )
        }
        if result.status == 255 { throw SSHError.refusal(result.errorText, connection.destination) }
        result.errors = RemoteScript.errors(result.errors)
        try checkPresence(result)
        result.output = RemoteScript.output(result.output) ?? []
        return result
    }

    private func checkPresence(_ result: ProcessResult) throws {
        guard result.status == RemoteScript.missing,
            let line = result.errorText.split(whereSeparator: \.isNewline)
                .last(where: { $0.hasPrefix(RemoteScript.absence) })
        else { return }
        throw RemoteProgramMissing(
            program: String(line.dropFirst(RemoteScript.absence.count)),
            host: connection.destination.name
        )
    }

    // MARK: With files of this machine

    /// Runs it with `invocation.input`, and then these files of this machine one after the other, as its input.
    package func send(_ paths: [String], to invocation: Invocation) async throws -> ProcessResult {
        try await run(invocation) { words in
            let sources = paths.map(shellQuoted).joined(separator: " ")
            return ["-c", "cat - \(sources) | \(words.map(shellQuoted).joined(separator: " "))"]
        }
    }

    /// Runs it with what a program of this machine prints as its input.
    package func sendOutput(of words: [String], to invocation: Invocation) async throws -> ProcessResult {
        let source = words.map(shellQuoted).joined(separator: " ")
        return try await run(invocation) { words in
            ["-c", "{ cat -; \(source); } | \(words.map(shellQuoted).joined(separator: " "))"]
        }
    }

    /// Runs it, and writes what it prints to a file of this machine, however much that is. Throws `FileError` where that
    /// file cannot be written.
    package func fetch(_ invocation: Invocation, into path: String) async throws -> ProcessResult {
        let result = try await run(invocation) { words in ["-c", Self.fetching, RemoteScript.mark, path] + words }
        guard result.status == Self.notWritten else { return result }
        let words = result.errorText.split(whereSeparator: \.isNewline)
            .first { $0.contains("cat: ") || $0.contains(path) }
        let isFull = words.map { $0.contains("No space left") || $0.contains("quota") } ?? false
        throw FileError(
            operation: "write",
            path: path,
            reason: isFull ? .diskFull : .other,
            message: words.map { String($0.split(separator: ": ").last ?? $0) } ?? ""
        )
    }

    /// The status where the file here could not be written.
    private static let notWritten = 74

    /// Without what start-up files print before `$0`; the status is that of the program.
    private static let fetching = """
        mark=$0 file=$1
        shift
        exec 4>&1
        status=$({
            { "$@" 3>&- 4>&-; echo "$?" >&3; } | {
                while IFS= read -r line; do
                    [ "$line" != "$mark" ] || { cat > "$file" || echo here >&3; exit; }
                done
            }
        } 3>&1 >&4 4>&-)
        case $status in *here*) exit \(notWritten) ;; esac
        exit "$status"
        """
}

/// A program that another machine lacks.
package struct RemoteProgramMissing: RepriseError, Hashable {
    package var program: String
    package var host: String

    package var what: String { "cannot find `\(program)` on `\(host)`" }
    package var fix: String? {
        "install it there, or put the folder that holds it into PATH in the files of its login shell"
    }
    package var code: String { "program-missing" }
}
