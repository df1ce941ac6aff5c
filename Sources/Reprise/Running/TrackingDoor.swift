import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

/// What serves the MLflow API to the programs of runs. The library has none; a face that has one puts it into the world.
package protocol TrackingService: Sendable {
    /// Serves the store to whoever connects to the listening socket, until the task is cancelled. Takes the descriptor.
    func serve(_ store: Store, on descriptor: Int32, largestArtifact: Int64) async throws
}

/// The address at which the programs of a supervisor's runs find the MLflow API.
///
/// It is opened for the first run that is made ready or found running, and costs a listening socket until the first program
/// connects; only then the server itself is started. The port is kept in the store, so that the next supervisor answers at
/// the same address: a program that asks in between is told nothing and asks again.
actor TrackingDoor {
    private let store: Store
    private let service: any TrackingService
    /// Bytes.
    private let largestArtifact: Int64
    /// What programs inherit besides.
    private let inherited: [String: String]
    private let sockets: AsyncStream<ListeningSocket>
    private let opened: AsyncStream<ListeningSocket>.Continuation
    private var port: Int?
    private var hasTried = false

    init(store: Store, service: any TrackingService, largestArtifact: Int64, inherited: [String: String]) {
        self.store = store
        self.service = service
        self.largestArtifact = largestArtifact
        self.inherited = inherited
        (sockets, opened) = AsyncStream<ListeningSocket>.makeStream()
    }

    /// What the run's programs need to know, opening the door if it is not open. Nothing where no port is to be had: a run
    /// goes on without.
    func variables(for request: RunRequest) -> [String: String] {
        // Whoever names another server does not want this one's run id there.
        let own = Set(request.variables.keys).union(request.credentials.keys)
        guard !own.contains("MLFLOW_TRACKING_URI"), let port = open() else { return [:] }
        var variables = [
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:\(port)/runs/\(request.id)",
            "MLFLOW_RUN_ID": request.id.description,
            "MLFLOW_EXPERIMENT_NAME": request.project,
        ]
        if let direct = directAddresses { for name in ["NO_PROXY", "no_proxy"] { variables[name] = direct } }
        return variables.filter { !own.contains($0.key) }
    }

    /// Opens the door for programs that run already.
    func answer() { _ = open() }

    /// Serves whoever comes, until the task is cancelled.
    nonisolated func serve() async {
        for await socket in sockets {
            guard await socket.waitForConnection() else { return }
            // Logging that fails must not end the supervision; the programs are told by their own clients.
            try? await service.serve(store, on: socket.take(), largestArtifact: largestArtifact)
        }
    }

    /// The addresses that programs reach without a proxy, with this one among them; nil where there is nothing to add.
    private var directAddresses: String? {
        let proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        guard proxies.contains(where: { inherited[$0]?.isEmpty == false }) else { return nil }
        let known = inherited["no_proxy"] ?? inherited["NO_PROXY"] ?? ""
        let names = known.split(separator: ",").map { $0.filter { $0 != " " } }
        return names.contains("127.0.0.1") || names.contains("*") ? nil : (names + ["127.0.0.1"]).joined(separator: ",")
    }

    private func open() -> Int? {
        if let port { return port }
        guard !hasTried else { return nil }
        hasTried = true
        let place = store.folder.root + "/tracking.port"
        let last = (try? store.files.text(place)).flatMap { Int($0.split(separator: "\n").first ?? "") } ?? 0
        guard let socket = try? ListeningSocket(port: UInt16(exactly: last).map(Int.init) ?? 0) else { return nil }
        // Where it cannot be written down, programs lose their server only if this process dies.
        if socket.port != last { try? store.files.write("\(socket.port)\n", to: place) }
        port = socket.port
        opened.yield(socket)
        return port
    }
}

extension Laboratory {
    /// The door for the programs of a supervisor's runs; nil where the site or the world has none.
    func trackingDoor(_ store: Store, _ site: Site) throws -> TrackingDoor? {
        let settings = try site.settings
        guard let service = world.tracking, settings.trackingServer else { return nil }
        return TrackingDoor(
            store: store,
            service: service,
            largestArtifact: settings.outputLimit,
            inherited: world.variables
        )
    }
}
