import ArgumentParser

/// `reprise import …`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring in what another system kept",
        subcommands: [ImportMLflow.self]
    )
}
