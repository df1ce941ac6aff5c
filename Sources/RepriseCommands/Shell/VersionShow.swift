import ArgumentParser
import Reprise

struct VersionShow: Verb {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version")

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) async throws { try session.console.line(repriseVersion) }
}
