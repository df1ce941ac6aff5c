import ArgumentParser
import RepriseTestKit
import Testing

@testable import RepriseCommands

@Suite struct `Help` {
    @Test func `of every command is as reviewed`() throws {
        let pages = commands(below: RepriseCommand.self, path: [])
            .map { path, command in
                "## \(path.joined(separator: " "))\n\n\(RepriseCommand.helpMessage(for: command, columns: 100))"
            }
        try expectGolden(pages.joined(separator: "\n"), "help.txt")
    }

    @Test func `of every command begins with a verb and ends without a full stop`() {
        for (path, command) in commands(below: RepriseCommand.self, path: []) {
            let abstract = command.configuration.abstract
            #expect(abstract.first?.isUppercase == true && !abstract.hasSuffix("."), "\(path): \(abstract)")
        }
    }

    @Test func `of every command that takes names shows an example`() {
        for (path, command) in commands(below: RepriseCommand.self, path: []) {
            let usage = RepriseCommand.helpMessage(for: command, includeHidden: false, columns: 100)
            guard usage.contains("ARGUMENTS:"), command.configuration.shouldDisplay else { continue }
            let hasExample = command.configuration.discussion.contains("reprise ")
            #expect(hasExample, "\(path.joined(separator: " ")) has no example")
        }
    }

    private func commands(
        below command: any ParsableCommand.Type,
        path: [String]
    ) -> [(path: [String], command: any ParsableCommand.Type)] {
        let own = path + [command.configuration.commandName ?? ""]
        return [(own, command)] + command.configuration.subcommands.flatMap { commands(below: $0, path: own) }
    }
}
