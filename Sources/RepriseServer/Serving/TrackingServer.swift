import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RepriseModel
import RepriseStore
import RepriseSystem
import ServiceLifecycle

/// A server of the MLflow API over one store.
package struct TrackingServer: Sendable {
    /// What a person may choose.
    package struct Options: Sendable {
        package var host = "127.0.0.1"
        /// 0 lets the kernel choose.
        package var port = 5000
        /// What clients must show. Needed wherever others can reach the address.
        package var token: String?
        /// Bytes of the largest artifact that is taken.
        package var largestArtifact = ServerLimits().artifact
        /// Further names that the server answers to.
        package var allowedHosts: [String] = []
        /// Takes one line for each request.
        package var log: (@Sendable (String) -> Void)?

        package init() {}
    }

    private let state: ServerState
    private let options: Options

    package init(store: Store, wallClock: any WallClock, entropy: any Entropy, options: Options = Options()) {
        let limits = ServerLimits(artifact: options.largestArtifact)
        state = ServerState(store: store, wallClock: wallClock, entropy: entropy, limits: limits)
        self.options = options
    }

    /// Serves while `body` runs, which is told the URL. When it returns, no new connection is taken, what is in flight is
    /// answered, at most for half a minute, and the result is given back.
    package func run<Result: Sendable>(
        while body: @escaping @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        try checkAddress()
        let (ports, started) = AsyncStream<Int>.makeStream()
        let group = services { port in
            started.yield(port)
            started.finish()
        }
        return try await withThrowingTaskGroup(of: Result?.self) { tasks in
            tasks.addTask {
                defer { started.finish() }
                do { try await group.run() } catch { throw TrackingServerError(error, options) }
                return nil
            }
            tasks.addTask {
                for await port in ports {
                    let result = await resultOf { try await body(url(port: port)) }
                    await group.triggerGracefulShutdown()
                    return try result.get()
                }
                return nil
            }
            var result: Result?
            while let next = try await tasks.next() { result = next ?? result }
            guard let result else { throw TrackingServerError.stopped }
            return result
        }
    }

    private func resultOf<Value>(_ body: () async throws -> Value) async -> Swift.Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private func checkAddress() throws {
        if options.token?.isEmpty == true { throw TrackingServerError.emptyToken }
        if !isLoopback(options.host.lowercased()), options.token == nil {
            throw TrackingServerError.openToStrangers(host: options.host)
        }
    }

    private func url(port: Int) -> String {
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        return "http://\(host):\(port)"
    }

    private func services(onPort: @escaping @Sendable (Int) -> Void) -> ServiceGroup {
        let logger = Logger(label: "reprise.server") { _ in SwiftLogNoOpLogHandler() }
        let limits = state.limits
        let statistics = state.statistics
        let server = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionWatch(statistics: statistics, limits: limits)],
                idleTimeout: .init(limits.idle),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers)
            )
        )
        var configuration = ApplicationConfiguration(address: .hostname(options.host, port: options.port))
        configuration.backlog = 1024
        configuration.availableConnectionsDelegate = .maximum(limits.connections, logger: logger)
        let application = Application(
            responder: ServerResponder(state: state, safeguards: safeguards, log: log),
            server: server,
            configuration: configuration,
            onServerRunning: { onPort($0.localAddress?.port ?? options.port) },
            logger: logger
        )
        var services = ServiceGroupConfiguration(services: [application], logger: logger)
        services.maximumGracefulShutdownDuration = .seconds(30)
        return ServiceGroup(configuration: services)
    }

    private var safeguards: Safeguards {
        Safeguards(
            token: options.token,
            hosts: HostNames(chosen: options.allowedHosts, anyName: !isLoopback(options.host.lowercased()))
        )
    }

    private var log: RequestLog? { options.log.map { RequestLog(wallClock: state.wallClock, write: $0) } }
}
