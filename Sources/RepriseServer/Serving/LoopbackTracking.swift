import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Reprise
import RepriseStore
import RepriseSystem

/// Serves the MLflow API inside a supervisor, to programs on this machine.
package struct LoopbackTracking: TrackingService {
    private let wallClock: any WallClock
    private let entropy: any Entropy

    package init(wallClock: any WallClock, entropy: any Entropy) {
        self.wallClock = wallClock
        self.entropy = entropy
    }

    package func serve(_ store: Store, on descriptor: Int32, largestArtifact: Int64) async throws {
        let limits = ServerLimits(artifact: largestArtifact)
        let state = ServerState(store: store, wallClock: wallClock, entropy: entropy, limits: limits)
        let responder = ServerResponder(
            state: state,
            safeguards: Safeguards(token: nil, hosts: HostNames(chosen: [], anyName: false))
        )
        let logger = Logger(label: "reprise.server") { _ in SwiftLogNoOpLogHandler() }
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                let response = await responder.respond(to: request)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionWatch(statistics: state.statistics, limits: limits)],
                idleTimeout: .init(limits.idle),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers)
            )
        )
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { http.setup(channel: $0, logger: logger) }
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await http.handle(value: connection, logger: logger) }
                }
            }
            group.cancelAll()
        }
    }
}
