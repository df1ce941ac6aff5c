import RepriseModel

/// What still has to go to trackers, kept in the database beside the runs themselves.
///
/// A run is put in by the transaction that makes it, and stays in until the tracker has all of it; whatever changes
/// later puts it in again. One sender at a time works for a tracker.
package protocol Outbox: Sendable {
    func standing(of tracker: Int64, at now: Timestamp) throws -> TrackerStanding

    /// The next parcels for the tracker, of those runs longest not sent to first; none where nothing is due.
    func parcels(for tracker: Int64, within limits: ParcelLimits, at now: Timestamp) throws -> [Parcel]

    /// Remembers what has arrived and what has not, in one transaction. `pause` tells how long to wait after so many
    /// failures in a row.
    func settle(
        _ parcels: [Parcel],
        _ reply: TrackerReply,
        for tracker: Int64,
        at now: Timestamp,
        pause: (Int) -> Duration
    ) throws

    /// Lets everything that waits for another try be due now.
    func hurry(_ tracker: Int64) throws
}

/// How things stand between the outbox and one tracker.
package struct TrackerStanding: Hashable, Sendable {
    /// Runs of which something has not arrived.
    package var waiting: Int
    /// Tries in a row that the tracker as a whole did not answer.
    package var failures: Int
    /// When the next try is due; nil where nothing waits.
    package var due: Timestamp?
    /// Why the last try failed, if it did.
    package var trouble: String?
    /// What the tracker wanted to be remembered.
    package var memory: Value

    package init(
        waiting: Int = 0,
        failures: Int = 0,
        due: Timestamp? = nil,
        trouble: String? = nil,
        memory: Value = .null
    ) {
        self.waiting = waiting
        self.failures = failures
        self.due = due
        self.trouble = trouble
        self.memory = memory
    }
}
