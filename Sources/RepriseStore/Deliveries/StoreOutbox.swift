import GRDB
import RepriseModel
import RepriseTracking

extension Store: Outbox {
    package func standing(of tracker: Int64, at now: Timestamp) throws -> TrackerStanding {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT failures, next_try, trouble, memory,
                    (SELECT count(*) FROM delivery WHERE tracker = number AND waits > 0)
                FROM tracker WHERE number = ?1
                """,
                tracker
            )
            guard try query.step() else { return TrackerStanding() }
            let waiting = query.int(4)
            let next = query.time(1)
            return TrackerStanding(
                waiting: waiting,
                failures: query.int(0),
                due: waiting == 0 ? nil : next > now ? next : try database.earliestTry(of: tracker, at: now),
                trouble: query.optionalText(2),
                memory: try query.value(json: 3)
            )
        }
    }

    package func parcels(for tracker: Int64, within limits: ParcelLimits, at now: Timestamp) throws -> [Parcel] {
        let due = try take(for: tracker, most: limits.parcels, at: now)
        var parcels: [Parcel] = []
        var settled: [Int64] = []
        var unwanted: [Int64] = []
        try read { database in
            for number in due {
                // One that came from a tracker of another store would go round for ever.
                if try database.hasArrivedFromElsewhere(number) {
                    unwanted.append(number)
                    continue
                }
                var packing = try ParcelPacking(run: number, tracker: tracker, limits: limits, in: database)
                let parcel = try packing.pack(database) { objects.path(of: $0) }
                if parcel.isEmpty { settled.append(number) } else { parcels.append(parcel) }
            }
        }
        if !settled.isEmpty || !unwanted.isEmpty {
            try write { database in
                for number in settled { try database.setWaits(0, of: number, tracker, where: 2) }
                for number in unwanted { try database.setWaits(-1, of: number, tracker, where: 2) }
            }
        }
        return parcels
    }

    /// Marks what is going to be looked at, so that whatever changes meanwhile is noticed.
    private func take(for tracker: Int64, most: Int, at now: Timestamp) throws -> [Int64] {
        try write { database in
            let query = try SQLQuery(
                database,
                """
                SELECT run FROM delivery WHERE tracker = ?1 AND waits > 0 AND next_try <= ?2
                ORDER BY sent_at, run LIMIT ?3
                """,
                tracker,
                now,
                most
            )
            var numbers: [Int64] = []
            while try query.step() { numbers.append(query.int64(0)) }
            for number in numbers { try database.setWaits(2, of: number, tracker, where: 1) }
            return numbers
        }
    }

    package func hurry(_ tracker: Int64) throws {
        try write { database in
            try SQLQuery.run(database, "UPDATE tracker SET next_try = 0 WHERE number = ?1 AND next_try > 0", tracker)
            try SQLQuery.run(
                database,
                "UPDATE delivery SET next_try = 0 WHERE tracker = ?1 AND waits > 0 AND next_try > 0",
                tracker
            )
        }
    }
}

extension Database {
    func setWaits(_ waits: Int, of run: Int64, _ tracker: Int64, where before: Int) throws {
        try SQLQuery.run(
            self,
            "UPDATE delivery SET waits = ?3 WHERE tracker = ?1 AND run = ?2 AND waits = ?4",
            tracker,
            run,
            waits,
            before
        )
    }

    /// When one of the runs that wait may be tried. One that may be now is found without looking at the others.
    fileprivate func earliestTry(of tracker: Int64, at now: Timestamp) throws -> Timestamp? {
        let isDue = try SQLQuery.number(
            self,
            "SELECT 1 FROM delivery WHERE tracker = ?1 AND waits > 0 AND next_try <= ?2 LIMIT 1",
            tracker,
            now
        )
        if isDue != nil { return now }
        return try SQLQuery.number(self, "SELECT min(next_try) FROM delivery WHERE tracker = ?1 AND waits > 0", tracker)
            .map(Timestamp.init(milliseconds:))
    }

    fileprivate func hasArrivedFromElsewhere(_ run: Int64) throws -> Bool {
        try SQLQuery.number(self, "SELECT 1 FROM tag WHERE run = ?1 AND name = 'reprise.run_id'", run) != nil
    }
}
