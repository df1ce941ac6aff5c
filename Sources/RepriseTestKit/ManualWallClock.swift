import RepriseModel
import RepriseSystem
import Synchronization

/// A time of day that stands still until a test moves it.
package final class ManualWallClock: WallClock {
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp = Timestamp(milliseconds: 1_700_000_000_000)) { time = Mutex(start) }

    package func now() -> Timestamp { time.withLock { $0 } }

    package func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}
