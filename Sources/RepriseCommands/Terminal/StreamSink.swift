import RepriseModel
import RepriseSystem

/// A standard stream of this process.
package struct StreamSink: TextSink {
    private let stream: StandardStream

    package init(_ stream: StandardStream) { self.stream = stream }

    package func write(_ bytes: [UInt8]) throws {
        switch stream.write(bytes) {
        case .written: return
        case .broken: throw BrokenPipe()
        case .refused(let reason):
            throw Mistake(
                "cannot write to standard \(stream == .output ? "output" : "error")",
                why: reason,
                code: "output-refused",
                fault: .world
            )
        }
    }
}
