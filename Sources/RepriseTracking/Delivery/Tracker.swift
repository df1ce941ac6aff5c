import RepriseModel

/// A destination to which parameters, metrics, tags and outputs of runs are also sent.
///
/// A tracker only sends. What has arrived is remembered by the outbox, so that any process can go on where another was
/// killed: between sending and remembering there is always a moment, and after it the same parcel comes again.
///
/// Conformers must pass `TrackerContract` in RepriseTestKit.
package protocol Tracker: Sendable {
    var limits: ParcelLimits { get }

    /// Sends the parcels, at most one of each run. `memory` is what the last reply wanted to be remembered.
    ///
    /// Never throws and never waits for a tracker to come back: what went wrong is an outcome. The same parcel again
    /// changes nothing at the tracker. One item that the tracker will never take does not keep the others back: it is left
    /// out, with a note. When the task is cancelled it returns soon.
    func send(_ parcels: [Parcel], memory: Value) async -> TrackerReply

    /// Tries whether it works from here without leaving anything there; what was found, in words, or an error.
    func check() async throws -> [String]
}

/// The most that one parcel may hold.
package struct ParcelLimits: Hashable, Sendable {
    package var points: Int
    package var parameters: Int
    package var tags: Int
    package var outputs: Int
    /// Bytes of all outputs; one may be larger alone.
    package var outputBytes: Int64
    /// Parcels at a time.
    package var parcels: Int

    package init(
        points: Int,
        parameters: Int,
        tags: Int,
        outputs: Int = 32,
        outputBytes: Int64 = 256 << 20,
        parcels: Int = 32
    ) {
        self.points = points
        self.parameters = parameters
        self.tags = tags
        self.outputs = outputs
        self.outputBytes = outputBytes
        self.parcels = parcels
    }
}

/// What became of the parcels, one outcome for each in their order.
package struct TrackerReply: Hashable, Sendable {
    package var outcomes: [ParcelOutcome]
    /// What the tracker wants to be reminded of the next time; nil leaves what is remembered.
    package var memory: Value?

    package init(_ outcomes: [ParcelOutcome], memory: Value? = nil) {
        self.outcomes = outcomes
        self.memory = memory
    }
}

/// What became of a parcel.
package struct ParcelOutcome: Hashable, Sendable {
    /// To be remembered of the run, also where the rest failed; nil leaves what is remembered.
    package var handle: RunHandle?
    /// What was left out for good, and why.
    package var notes: [String]
    /// Nil where all of the parcel has arrived.
    package var failure: DeliveryFailure?

    package init(handle: RunHandle? = nil, notes: [String] = [], failure: DeliveryFailure? = nil) {
        self.handle = handle
        self.notes = notes
        self.failure = failure
    }
}

/// Why a parcel has not arrived.
package enum DeliveryFailure: Hashable, Sendable {
    /// The tracker as a whole takes nothing now: it is down, full, or does not know us.
    case unavailable(String)
    /// It takes nothing of this run now.
    case refused(String)
    /// It no longer has what it had of this run; everything is to be sent again from the start.
    case vanished(String)
    /// Somebody has deleted the run there; nothing more of it is sent.
    case unwanted(String)
    /// Sending was broken off from here; it is tried again at once.
    case cancelled

    package var text: String {
        switch self {
        case .cancelled: "it was broken off"
        case .unavailable(let text), .refused(let text), .vanished(let text), .unwanted(let text): text
        }
    }
}

/// What a tracker calls a run, and what else it wants to be reminded of.
package struct RunHandle: Hashable, Sendable {
    package var id: String
    package var memory: Value

    package init(id: String, memory: Value = .null) {
        self.id = id
        self.memory = memory
    }
}
