import ArgumentParser

struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Lock, show and check the data of an experiment",
        discussion: "Digests are kept in `reprise.lock` beside the experiment; commit it with the code.",
        subcommands: [DataAdd.self, DataStatus.self, DataVerify.self]
    )
}
