import Synchronization

/// Tells whoever listens that it is time to ask how jobs stand.
final class KubernetesBell: Sendable {
    private struct Listeners {
        var last = 0
        var all: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    func ring() {
        for listener in listeners.withLock({ Array($0.all.values) }) { listener.yield() }
    }

    /// Yields at each ring; some that come close together may be one. `task` goes on as long as somebody listens.
    func listen(while task: @escaping @Sendable () async -> Void) -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners in
            listeners.last += 1
            listeners.all[listeners.last] = listener
            return listeners.last
        }
        let companion = Task { await task() }
        listener.onTermination = { [weak self] _ in
            companion.cancel()
            self?.listeners.withLock { $0.all[number] = nil }
        }
        return stream
    }
}
