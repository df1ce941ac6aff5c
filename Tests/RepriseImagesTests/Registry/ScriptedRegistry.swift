import RepriseModel
import RepriseSystem
import Synchronization

/// Answers by URL, and counts what it was asked.
final class ScriptedRegistry: HTTPClient {
    private struct State {
        var replies: [String: HTTPReply] = [:]
        var calls: [HTTPCall] = []
        var guardian: (@Sendable (HTTPCall) -> HTTPReply?)?
    }

    private let state = Mutex(State())

    var calls: [HTTPCall] { state.withLock { $0.calls } }

    func answer(_ url: String, _ body: String, status: Int = 200, fields: [String: String] = [:]) {
        state.withLock { $0.replies[url] = HTTPReply(status: status, body: Array(body.utf8), fields: fields) }
    }

    /// Looks at each call first; what it hands back is the reply.
    func guarded(_ guardian: @escaping @Sendable (HTTPCall) -> HTTPReply?) { state.withLock { $0.guardian = guardian } }

    func send(_ calls: [HTTPCall]) async throws -> [HTTPOutcome] {
        state.withLock { state in
            state.calls += calls
            return calls.map { call in
                if let reply = state.guardian?(call) { return .reply(reply) }
                return state.replies[call.url].map { .reply($0) } ?? .silence("Could not resolve host")
            }
        }
    }
}

/// The SHA-256 of a text.
func digest(_ text: String) -> Digest { SHA256Hasher.digest(of: text.utf8) }
