import CRepriseSystem
import Glibc

/// A signal by which a person or the system asks this process to end.
package enum EndSignal: Int32, Hashable, Sendable {
    case hangUp = 1
    case interrupt = 2
    case terminate = 15

    /// The status with which shells report a process that the signal ended.
    package var exitStatus: Int32 { 128 + rawValue }
}

/// The signals that reach this process from the moment it is asked for. A second interrupt ends the process at once.
package func endSignals() -> AsyncStream<EndSignal> {
    let descriptor = reprise_watch_signals()
    guard descriptor >= 0 else { return AsyncStream { $0.finish() } }
    return AsyncStream {
        while !Task.isCancelled {
            var byte: UInt8 = 0
            if read(descriptor, &byte, 1) == 1 {
                if let signal = EndSignal(rawValue: Int32(byte)) { return signal }
                continue
            }
            // Cancellation is seen at the loop's head.
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}
