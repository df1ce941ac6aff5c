import GRDB
import RepriseModel
import RepriseSystem

/// A tracker as the store knows it.
package struct TrackerRecord: Hashable, Sendable {
    package var number: Int64
    package var kind: String
    /// Where it sends to, in words that two trackers never share.
    package var destination: String
    /// 32 random digits by which it knows its own files again.
    package var mark: String
    /// Whether the site that last made runs here names it.
    package var isCurrent: Bool
    package var firstSeen: Timestamp
    /// Runs that were put in for it, and those of them of which something has not arrived.
    package var runs: Int
    package var waiting: Int
    package var failures: Int
    package var nextTry: Timestamp
    package var trouble: String?
    package var troubleAt: Timestamp?
    package var sentAt: Timestamp?
}

/// What makes a tracker that one and no other.
package struct TrackerKey: Hashable, Sendable {
    package var kind: String
    package var destination: String

    package init(kind: String, destination: String) {
        self.kind = kind
        self.destination = destination
    }
}

extension Store {
    /// Every tracker that runs of this store were ever to go to.
    package func trackers() throws -> [TrackerRecord] {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT number, kind, destination, mark, is_current, first_seen, failures, next_try, trouble, trouble_at,
                    sent_at, (SELECT count(*) FROM delivery WHERE tracker = number),
                    (SELECT count(*) FROM delivery WHERE tracker = number AND waits > 0)
                FROM tracker ORDER BY number
                """
            )
            var records: [TrackerRecord] = []
            while try query.step() { records.append(query.tracker()) }
            return records
        }
    }

    /// Says to which trackers runs go that are made from now on. Writes only where that changes something.
    ///
    /// `draw` gives a new tracker's mark.
    package func setCurrentTrackers(_ keys: [TrackerKey], draw: () -> String) throws {
        let known = try read { try $0.currentTrackers() }
        guard known != Set(keys) else { return }
        let now = clock.now()
        try write { database in
            try SQLQuery.run(database, "UPDATE tracker SET is_current = 0 WHERE is_current")
            for key in keys {
                try SQLQuery.run(
                    database,
                    """
                    INSERT INTO tracker (kind, destination, mark, is_current, first_seen) VALUES (?1, ?2, ?3, 1, ?4)
                    ON CONFLICT (kind, destination) DO UPDATE SET is_current = 1
                    """,
                    key.kind,
                    key.destination,
                    draw(),
                    now
                )
            }
        }
    }

    /// Forgets the tracker and whatever waits for it. What it has got already stays there.
    package func forgetTracker(_ number: Int64) throws {
        try write { try SQLQuery.run($0, "DELETE FROM tracker WHERE number = ?1", number) }
    }

    /// Puts runs in for a tracker that was not there when they were made, or makes it look at them once more. What it has
    /// got already is not sent again.
    package func putIn(_ runs: [RunID], for tracker: Int64) throws {
        try write { database in
            for run in runs {
                try SQLQuery.run(
                    database,
                    """
                    INSERT INTO delivery (tracker, run, waits) VALUES (?1, ?2, 1)
                    ON CONFLICT (tracker, run) DO UPDATE SET waits = 1, next_try = 0
                    """,
                    tracker,
                    try database.knownNumber(of: run)
                )
            }
        }
    }

    /// Of which runs something has not arrived at the tracker, and why not where that was tried; at most `most`.
    package func waitingRuns(for tracker: Int64, most: Int) throws -> [(run: RunID, trouble: String?)] {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT id, trouble FROM delivery JOIN run ON run.number = delivery.run
                WHERE tracker = ?1 AND waits > 0 ORDER BY trouble IS NULL, delivery.run LIMIT ?2
                """,
                tracker,
                most
            )
            var runs: [(run: RunID, trouble: String?)] = []
            while try query.step() {
                if let run = RunID(query.text(0)) { runs.append((run, query.optionalText(1))) }
            }
            return runs
        }
    }
}

extension Database {
    fileprivate func currentTrackers() throws -> Set<TrackerKey> {
        let query = try SQLQuery(self, "SELECT kind, destination FROM tracker WHERE is_current")
        var keys: Set<TrackerKey> = []
        while try query.step() { keys.insert(TrackerKey(kind: query.text(0), destination: query.text(1))) }
        return keys
    }
}

extension SQLQuery {
    fileprivate func tracker() -> TrackerRecord {
        TrackerRecord(
            number: int64(0),
            kind: text(1),
            destination: text(2),
            mark: text(3),
            isCurrent: int64(4) != 0,
            firstSeen: time(5),
            runs: int(11),
            waiting: int(12),
            failures: int(6),
            nextTry: time(7),
            trouble: optionalText(8),
            troubleAt: optionalTime(9),
            sentAt: optionalTime(10)
        )
    }
}
