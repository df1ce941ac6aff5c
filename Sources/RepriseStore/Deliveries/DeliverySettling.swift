import GRDB
import RepriseModel
import RepriseTracking

extension Store {
    package func settle(
        _ parcels: [Parcel],
        _ reply: TrackerReply,
        for tracker: Int64,
        at now: Timestamp,
        pause: (Int) -> Duration
    ) throws {
        try write { database in
            // Forgotten meanwhile: nothing is left to remember it for.
            guard try database.isTracker(tracker) else { return }
            for (parcel, outcome) in zip(parcels, reply.outcomes) {
                guard let run = try database.number(of: parcel.run.id) else { continue }
                let settling = DeliverySettling(run: run, tracker: tracker, now: now)
                try settling.keep(parcel, outcome, in: database, pause: pause)
            }
            try database.settle(tracker, reply, at: now, pause: pause)
        }
    }
}

/// Writes down what became of one parcel.
private struct DeliverySettling {
    let run: Int64
    let tracker: Int64
    let now: Timestamp

    func keep(
        _ parcel: Parcel,
        _ outcome: ParcelOutcome,
        in database: Database,
        pause: (Int) -> Duration
    ) throws {
        for note in outcome.notes { try database.addNote(note, to: run) }
        if let handle = outcome.handle, handle != parcel.handle {
            try SQLQuery.run(
                database,
                "UPDATE delivery SET handle = ?3, memory = ?4 WHERE tracker = ?1 AND run = ?2",
                tracker,
                run,
                handle.id,
                handle.memory.json()
            )
        }
        switch outcome.failure {
        case nil: try keepArrived(parcel, in: database)
        case .refused(let text): try keepTrouble(text, in: database, pause: pause)
        case .vanished(let text):
            try startAgain(in: database)
            try keepTrouble(text, in: database, pause: pause)
        case .unwanted(let text):
            try keepTrouble(text, in: database, pause: pause)
            try SQLQuery.run(
                database,
                "UPDATE delivery SET waits = -1 WHERE tracker = ?1 AND run = ?2",
                tracker,
                run
            )
        case .unavailable, .cancelled: break
        }
    }

    private func keepArrived(_ parcel: Parcel, in database: Database) throws {
        for column in parcel.columns {
            try SQLQuery.run(
                database,
                """
                INSERT OR REPLACE INTO delivery_series (series, tracker, sent)
                SELECT number, ?3, ?4 FROM series WHERE run = ?1 AND key = ?2
                """,
                run,
                column.key,
                tracker,
                column.first + Int64(column.points.count)
            )
        }
        let kept = try SQLQuery(
            database,
            "SELECT items FROM delivery WHERE tracker = ?1 AND run = ?2",
            tracker,
            run
        )
        guard try kept.step() else { return }
        var items = DeliveryItems(try kept.value(json: 0))
        items.add(parcel)
        try SQLQuery.run(
            database,
            """
            UPDATE delivery SET items = ?3, failures = 0, next_try = 0, trouble = NULL, sent_at = ?4,
                waits = CASE WHEN ?5 AND waits = 2 THEN 0 WHEN waits < 0 THEN waits ELSE 1 END
            WHERE tracker = ?1 AND run = ?2
            """,
            tracker,
            run,
            items.value.json(),
            now,
            parcel.isComplete
        )
    }

    private func keepTrouble(_ text: String, in database: Database, pause: (Int) -> Duration) throws {
        let failures = try SQLQuery.number(
            database,
            "SELECT failures FROM delivery WHERE tracker = ?1 AND run = ?2",
            tracker,
            run
        )
        let count = Int(failures ?? 0) + 1
        try SQLQuery.run(
            database,
            "UPDATE delivery SET failures = ?3, next_try = ?4, trouble = ?5 WHERE tracker = ?1 AND run = ?2",
            tracker,
            run,
            count,
            now.advanced(by: pause(count)),
            text
        )
    }

    private func startAgain(in database: Database) throws {
        try SQLQuery.run(
            database,
            "UPDATE delivery SET handle = NULL, memory = 'null', items = '{}' WHERE tracker = ?1 AND run = ?2",
            tracker,
            run
        )
        try SQLQuery.run(
            database,
            "DELETE FROM delivery_series WHERE tracker = ?1 AND series IN (SELECT number FROM series WHERE run = ?2)",
            tracker,
            run
        )
    }
}

extension Database {
    fileprivate func isTracker(_ number: Int64) throws -> Bool {
        try SQLQuery.number(self, "SELECT 1 FROM tracker WHERE number = ?1", number) != nil
    }

    /// How the tracker as a whole has answered.
    fileprivate func settle(
        _ tracker: Int64,
        _ reply: TrackerReply,
        at now: Timestamp,
        pause: (Int) -> Duration
    ) throws {
        if let memory = reply.memory {
            try SQLQuery.run(self, "UPDATE tracker SET memory = ?2 WHERE number = ?1", tracker, memory.json())
        }
        var trouble: String?
        for case .unavailable(let text)? in reply.outcomes.map(\.failure) { trouble = text }
        if reply.outcomes.contains(where: { $0.failure == nil }) {
            try SQLQuery.run(
                self,
                "UPDATE tracker SET failures = 0, next_try = 0, trouble = NULL, sent_at = ?2 WHERE number = ?1",
                tracker,
                now
            )
        }
        guard let trouble else { return }
        let failures = try SQLQuery.number(self, "SELECT failures FROM tracker WHERE number = ?1", tracker) ?? 0
        try SQLQuery.run(
            self,
            "UPDATE tracker SET failures = ?2, next_try = ?3, trouble = ?4, trouble_at = ?5 WHERE number = ?1",
            tracker,
            Int(failures) + 1,
            now.advanced(by: pause(Int(failures) + 1)),
            trouble,
            now
        )
    }
}
