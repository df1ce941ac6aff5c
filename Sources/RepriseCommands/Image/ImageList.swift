import ArgumentParser
import Reprise
import RepriseModel

struct ImageList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the images that runs and reprise.lock use, and where they are",
        discussion: """
            An image is here where an engine has it or the store keeps it. --check asks registries whether a reference \
            means another image by now; what is pinned is used all the same.

            Examples:
              reprise image list
              reprise image list --check
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Flag(help: "Ask registries whether references mean other images by now")
    var check = false

    func run(in session: Session) async throws {
        let reports = try await session.laboratory.images(checking: check)
        guard !json.isOn else { return try session.console.document(.list(reports.map(\.value))) }
        guard !reports.isEmpty else { return session.console.say("no run and no reprise.lock here uses an image") }
        try session.console.print(ImageReport.table(reports))
    }
}
