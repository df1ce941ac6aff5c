import Synchronization

/// Lets those who follow jobs look again sooner than they would by themselves.
final class SlurmBell: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
        var isSet = false
    }

    private let state = Mutex(State())

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Rings once after that time, however often it is asked to meanwhile.
    func ring(after pause: Duration) {
        let isSet = state.withLock { state in
            defer { state.isSet = true }
            return state.isSet
        }
        if isSet { return }
        Task { [weak self] in
            try? await ContinuousClock().sleep(for: pause)
            self?.ring()
        }
    }

    private func ring() {
        let listeners = state.withLock { state in
            state.isSet = false
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield() }
    }
}
