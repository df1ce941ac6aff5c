import ArgumentParser
import Reprise
import RepriseModel

/// Parses the arguments, runs what they ask for, and returns the status with which the process is to end.
package func runCommandLine(_ arguments: [String], in context: CommandContext) async -> Int32 {
    // Answered before anything else is set up: scripts ask for it often.
    if arguments == ["--version"] || arguments == ["version"] {
        return end(with: Result { try context.console.line(repriseVersion) }, arguments, context)
    }
    return await CommandContext.$current.withValue(context) {
        do {
            let arguments = try ArgumentOrder.checked(arguments)
            try EmptyArgument.check(arguments)
            var command = try RepriseCommand.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return end(with: .failure(error), arguments, context)
        }
    }
}

private func end(with result: Result<Void, any Error>, _ arguments: [String], _ context: CommandContext) -> Int32 {
    guard case .failure(let error) = result else { return 0 }
    let console = context.console
    if RepriseCommand.exitCode(for: error).isSuccess {
        // Help and completion scripts are thrown, and are data.
        do {
            try console.line(RepriseCommand.fullMessage(for: error))
            return 0
        } catch {
            return ErrorReport.about(error).status
        }
    }
    let report = ParsingReport.about(error, arguments) ?? ErrorReport.about(error)
    if arguments.contains("--json"), let value = report.value {
        console.complain(value.json())
    } else if let text = report.text(isColoured: console.errorsAreColoured) {
        console.complain(text)
    }
    return report.status
}
