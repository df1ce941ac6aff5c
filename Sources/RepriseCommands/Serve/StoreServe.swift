import ArgumentParser
import OrderedCollections
import Reprise
import RepriseModel
import RepriseServer
import RepriseSite
import RepriseStore
import RepriseSystem

struct StoreServe: Verb {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the store to MLflow clients",
        discussion: """
            Programs that log with mlflow, in any version from 2, log into the store once MLFLOW_TRACKING_URI names the \
            server; their experiments are projects here. Serves until Ctrl-C or SIGTERM, then answers what is in flight.

            On any address that other machines can reach, clients must show the token in --token-file, as \
            MLFLOW_TRACKING_TOKEN or as MLFLOW_TRACKING_PASSWORD. `/metrics` has the server's own numbers for Prometheus.

            Examples:
              reprise serve
              reprise serve --port 0 --json
              reprise serve --host 0.0.0.0 --token-file ~/.reprise-token
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Option(help: ArgumentHelp("Listen on this address", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Listen on this port; 0 for one that is free", valueName: "number"))
    var port = 5000

    @Option(
        name: .customLong("token-file"),
        help: ArgumentHelp("Answer only who shows the token in this file", valueName: "file"),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        name: .customLong("allow-host"),
        help: ArgumentHelp(
            "Answer under this name too, such as `lab.example.org` or `*.example.org` (can be repeated)",
            valueName: "name"
        )
    )
    var allowedHosts: [String] = []

    @Flag(help: "Print a line for each request on standard error")
    var log = false

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535, not \(port)") }
    }

    func run(in session: Session) async throws {
        let world = session.context.world
        let options = try options(session)
        let store = try session.laboratory.store(makingIn: session.laboratory.folder)
        let server = TrackingServer(
            store: store,
            wallClock: world.wallClock,
            entropy: world.entropy,
            options: options
        )
        // Ends with the server. A tracker never keeps it from serving.
        async let _: Void = session.sendToTrackers()
        let signal = try await server.run { url in
            try await ServerNote.keep(url: url, in: store.folder.root, world.files) {
                try announce(url, store: store.folder.root, session)
                for await signal in session.context.endSignals() { return EndSignal?.some(signal) }
                return nil
            }
        }
        // Ending is what the signals ask of a server: it is no failure of Ctrl-C, as it would be of a run.
        if let signal { throw ExitCode(signal.exitStatus) }
    }

    private func options(_ session: Session) throws -> TrackingServer.Options {
        var options = TrackingServer.Options()
        options.host = host
        options.port = port
        options.allowedHosts = allowedHosts
        options.token = try tokenFile.map { try token(in: $0, session) }
        options.largestArtifact = try session.laboratory.site().settings.outputLimit
        if log { options.log = { session.console.complain($0) } }
        return options
    }

    private func token(in file: String, _ session: Session) throws -> String {
        let files = session.context.world.files
        let path = absolutePath(file, from: session.laboratory.folder)
        try files.expectFile(path, as: file, for: "--token-file")
        let line = try files.text(path).split(whereSeparator: \.isNewline).first?.trimmingPrefix { $0 == " " } ?? ""
        guard !line.isEmpty else {
            throw Mistake(
                "`\(file)` holds no token",
                why: "`--token-file` takes a file whose first line is one",
                fix: "write one into it, such as 32 random letters",
                code: "no-token"
            )
        }
        return String(line)
    }

    private func announce(_ url: String, store: String, _ session: Session) throws {
        if json.isOn {
            return try session.console.object(["url": .string(url), "store": .string(store)])
        }
        session.console.say("serving \(store) at \(url)")
        session.console.say("  export MLFLOW_TRACKING_URI=\(url)")
        session.console.say("Ctrl-C stops it")
    }
}
