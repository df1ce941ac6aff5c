import ArgumentParser

struct TargetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target",
        abstract: "Show the places where experiments can run, and check them",
        subcommands: [TargetList.self, TargetCheck.self]
    )
}
