import RepriseModel

/// What has arrived at a tracker, read back from there.
package struct ReceivedRuns: Hashable, Sendable {
    /// One run as the tracker shows it.
    package struct Run: Hashable, Sendable {
        /// How often it was opened there.
        package var openings = 0
        /// Every value that each parameter was given, as text.
        package var parameters: [String: [String]] = [:]
        package var tags: [String: String] = [:]
        /// By key; each point as `step@time=value`, in the order of arrival.
        package var points: [String: [String]] = [:]
        package var outputs: Set<String> = []
        package var state: String?

        package init() {}

        package mutating func add(key: String, step: Int64, time: Int64, value: Double) {
            points[key, default: []].append(Self.text(step: step, time: time, value: value))
        }

        /// Trackers keep between 24 and 53 bits of a value.
        package static func text(step: Int64, time: Int64, value: Double) -> String {
            "\(step)@\(time)=\(Float(value))"
        }
    }

    package private(set) var runs: [RunID: Run] = [:]

    package init() {}

    package subscript(_ run: RunID) -> Run {
        get { runs[run] ?? Run() }
        set { runs[run] = newValue }
    }

    package mutating func open(_ run: RunID) { self[run].openings += 1 }

    package mutating func merge(_ other: ReceivedRuns) { runs.merge(other.runs) { _, new in new } }
}
