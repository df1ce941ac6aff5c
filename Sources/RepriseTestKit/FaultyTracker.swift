import OrderedCollections
import RepriseModel
import RepriseTracking
import Synchronization

/// A tracker in memory that fails by the draw of a seed, and remembers what it was ever sent.
///
/// It tells a point that comes twice from one that comes once by its position, as files do by their length: a parcel sent
/// again after its reply was lost replaces what came before.
package final class FaultyTracker: Tracker {
    /// What a draw below each share does.
    package struct Shares: Sendable {
        package var unavailable = 0.0
        package var refused = 0.0
        package var lostReply = 0.0
        package var vanished = 0.0

        package init(unavailable: Double = 0, refused: Double = 0, lostReply: Double = 0, vanished: Double = 0) {
            self.unavailable = unavailable
            self.refused = refused
            self.lostReply = lostReply
            self.vanished = vanished
        }
    }

    private struct State {
        var generator: SeededGenerator
        var runs: [RunID: [String: [Int64: Double]]] = [:]
        var parameters: [RunID: Mapping] = [:]
        var states: [RunID: RunState] = [:]
        var calls = 0
        var isDown = false
    }

    package let limits: ParcelLimits
    private let shares: Shares
    private let state: Mutex<State>

    package init(seed: UInt64, shares: Shares = Shares(), limits: ParcelLimits) {
        self.shares = shares
        self.limits = limits
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    package var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    package var calls: Int { state.withLock { $0.calls } }
    package func points(_ run: RunID, _ key: String) -> [Int64: Double] { state.withLock { $0.runs[run]?[key] ?? [:] } }
    package func parameters(_ run: RunID) -> Mapping { state.withLock { $0.parameters[run] ?? [:] } }
    package func state(_ run: RunID) -> RunState? { state.withLock { $0.states[run] } }

    package func send(_ parcels: [Parcel], memory: Value) async -> TrackerReply {
        state.withLock { state in
            state.calls += 1
            return TrackerReply(parcels.map { take($0, &state) })
        }
    }

    package func check() async throws -> [String] { ["in memory"] }

    private func take(_ parcel: Parcel, _ state: inout State) -> ParcelOutcome {
        if state.isDown { return ParcelOutcome(failure: .unavailable("it is down")) }
        var draw = Double(state.generator.next() >> 11) / Double(1 << 53)
        func falls(_ share: Double) -> Bool {
            draw -= share
            return draw < 0
        }
        if falls(shares.unavailable) { return ParcelOutcome(failure: .unavailable("503")) }
        if falls(shares.refused) { return ParcelOutcome(failure: .refused("500")) }
        if falls(shares.vanished) {
            state.runs[parcel.run.id] = nil
            state.parameters[parcel.run.id] = nil
            state.states[parcel.run.id] = nil
            return ParcelOutcome(failure: .vanished("the disk was lost"))
        }
        for column in parcel.columns {
            for index in column.points.values.indices {
                state.runs[parcel.run.id, default: [:]][column.key, default: [:]][column.first + Int64(index)] =
                    column.points.values[index]
            }
        }
        for (name, value) in parcel.parameters { state.parameters[parcel.run.id, default: [:]][name] = value }
        if parcel.tellsState { state.states[parcel.run.id] = parcel.run.state }
        if falls(shares.lostReply) { return ParcelOutcome(failure: .unavailable("timed out")) }
        return ParcelOutcome(handle: RunHandle(id: parcel.run.id.description))
    }
}
