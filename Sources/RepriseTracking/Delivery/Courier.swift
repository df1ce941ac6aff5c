import RepriseModel
import RepriseSystem

/// Brings what waits in the outbox to one tracker.
package struct Courier: Sendable {
    /// How a round ended.
    package enum End: Hashable, Sendable {
        /// Nothing waits.
        case delivered
        /// What waits is due later; why.
        case waits(until: Timestamp, String?)
        case cancelled
        /// The store itself did not work.
        case storeFailed(String)
    }

    private let tracker: any Tracker
    private let number: Int64
    private let outbox: any Outbox
    private let wallClock: any WallClock
    private let entropy: any Entropy
    private let backOff: BackOff
    /// Takes out of texts what nobody may see.
    private let cleaning: @Sendable (String) async -> String

    package init(
        _ tracker: any Tracker,
        number: Int64,
        outbox: any Outbox,
        wallClock: any WallClock,
        entropy: any Entropy,
        backOff: BackOff = BackOff(),
        cleaning: @escaping @Sendable (String) async -> String = { $0 }
    ) {
        self.tracker = tracker
        self.number = number
        self.outbox = outbox
        self.wallClock = wallClock
        self.entropy = entropy
        self.backOff = backOff
        self.cleaning = cleaning
    }

    /// Sends until nothing is due. `tell` hears how many runs still wait, after each handful of parcels.
    @discardableResult
    package func deliver(tell: (TrackerStanding) -> Void = { _ in }) async -> End {
        do {
            while !Task.isCancelled {
                let now = wallClock.now()
                let standing = try outbox.standing(of: number, at: now)
                tell(standing)
                guard let due = standing.due else { return .delivered }
                guard due <= now else { return .waits(until: due, standing.trouble) }
                let parcels = try outbox.parcels(for: number, within: tracker.limits, at: now)
                if !parcels.isEmpty { try await send(parcels, memory: standing.memory) }
            }
            return .cancelled
        } catch {
            return .storeFailed((error as? any RepriseError)?.what ?? "\(error)")
        }
    }

    private func send(_ parcels: [Parcel], memory: Value) async throws {
        var reply = await tracker.send(parcels, memory: memory)
        for index in reply.outcomes.indices {
            // Being told to leave says nothing about the tracker: the parcel stays due, as after a kill.
            if Task.isCancelled, reply.outcomes[index].failure != nil { reply.outcomes[index].failure = .cancelled }
            reply.outcomes[index] = await cleaned(reply.outcomes[index])
        }
        let (backOff, entropy) = (backOff, entropy)
        try outbox.settle(parcels, reply, for: number, at: wallClock.now()) { backOff.pause(after: $0, entropy) }
    }

    private func cleaned(_ outcome: ParcelOutcome) async -> ParcelOutcome {
        var clean = outcome
        clean.notes = []
        for note in outcome.notes { clean.notes.append(await cleaning(note)) }
        switch outcome.failure {
        case .unavailable(let text): clean.failure = .unavailable(await cleaning(text))
        case .refused(let text): clean.failure = .refused(await cleaning(text))
        case .vanished(let text): clean.failure = .vanished(await cleaning(text))
        case .unwanted(let text): clean.failure = .unwanted(await cleaning(text))
        case .cancelled, nil: break
        }
        return clean
    }
}
