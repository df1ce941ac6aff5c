import Synchronization

/// The last lines of a terminal, drawn again in place at most ten times a second.
package final class LiveRegion: Sendable {
    private struct State {
        var drawn = 0
        var lastDrawn: Duration?
    }

    private let sink: any TextSink
    private let width: Int
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    package init(_ sink: any TextSink, width: Int, clock: some Clock<Duration>) {
        self.sink = sink
        self.width = width
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
    }

    /// Draws the lines in the place of those before; too soon after the last time, nothing happens.
    package func draw(_ lines: () -> [String]) {
        let now = elapsed()
        state.withLock { state in
            if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
            state.lastDrawn = now
            write(picture(lines(), &state))
        }
    }

    /// Writes lines that stay, above the region.
    package func note(_ lines: [String], then region: [String]) {
        state.withLock { state in
            let head = erasing(state) + lines.map { $0 + "\u{1B}[K\n" }.joined()
            state.drawn = 0
            write(head + picture(region, &state))
        }
    }

    /// Takes the region away; what comes next begins at its first line.
    package func clear() {
        state.withLock { state in
            write(erasing(state))
            state.drawn = 0
        }
    }

    private func picture(_ lines: [String], _ state: inout State) -> String {
        let text = erasing(state) + lines.map { $0.clipped(to: width - 1) + "\u{1B}[K\n" }.joined()
        state.drawn = lines.count
        return text
    }

    /// Back to the region's first line; everything below goes.
    private func erasing(_ state: State) -> String { state.drawn > 0 ? "\u{1B}[\(state.drawn)A\r\u{1B}[J" : "" }

    /// Everything at once, so that no half-drawn picture shows.
    private func write(_ text: String) {
        guard !text.isEmpty else { return }
        // A terminal that has gone needs no picture.
        try? sink.write(Array(text.utf8))
    }
}
