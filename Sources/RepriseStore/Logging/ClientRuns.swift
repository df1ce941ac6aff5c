import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Opens a run that goes on until the client ends it. It has no jobs: nothing ever waits for it or stops it.
    ///
    /// Throws `unknownProject` and `projectDeleted`. A run of that id is left as it is, so that the call may be repeated.
    package func createRun(_ new: ClientRun) async throws -> LoggedRun {
        let now = clock.now()
        return try await commit { database in
            try database.loggedRun(database.insert(new, at: now))
        }
    }

    /// Changes what is not nil. The name goes into the tag `mlflow.runName` too. The state and the end of a run that
    /// Reprise launched stay as they are: only the exit status of its program decides them.
    package func updateRun(
        _ id: RunID,
        state: RunState? = nil,
        endedAt: Timestamp? = nil,
        name: String? = nil
    ) async throws -> LoggedRun {
        let now = clock.now()
        return try await commit { database in
            let run = try database.activeRun(id)
            if let name {
                try database.name(run.number, name)
                try database.tag(run.number, runNameTag, name)
            }
            if run.origin != nil {
                if let state, state != run.state { try database.change(run.number, to: state, at: endedAt ?? now) }
                if let endedAt {
                    try SQLQuery.run(
                        database,
                        "UPDATE run SET ended_at = ?2 WHERE number = ?1",
                        run.number,
                        endedAt
                    )
                }
            }
            return try database.loggedRun(run.number)
        }
    }

    /// Marks runs as deleted, all or none: those of clients in whatever state, launched ones once they have ended.
    package func deleteRuns(_ runs: [RunID]) async throws {
        let now = clock.now()
        try await commit { database in for run in runs { try database.delete(run, at: now) } }
    }

    /// Takes the mark away again.
    package func restoreRuns(_ runs: [RunID]) async throws {
        try await commit { database in for run in runs { try database.restore(run) } }
    }
}

/// What must be known of a run before something is added to it.
struct ActiveRun {
    var number: Int64
    var state: RunState
    var origin: String?
}

extension Database {
    /// The run, where it is there and not deleted.
    func activeRun(_ id: RunID) throws -> ActiveRun {
        let query = try SQLQuery(self, "SELECT number, state, origin, deleted_at FROM run WHERE id = ?1", id)
        guard try query.step() else { throw StoreError.unknownRun(id.description, nearest: nil) }
        guard query.isNull(3) else { throw StoreError.runDeleted(id) }
        return ActiveRun(number: query.int64(0), state: query.state(1), origin: query.optionalText(2))
    }

    func name(_ run: Int64, _ name: String) throws {
        try SQLQuery.run(self, "UPDATE run SET name = ?2 WHERE number = ?1", run, name)
    }

    fileprivate func insert(_ new: ClientRun, at now: Timestamp) throws -> Int64 {
        let project = try activeProject(new.project)
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO run (id, launch, snapshot, name, project, experiment, target, variant, replicate,
                priority, state, created_at, started_at, origin, user)
            VALUES (?1, '\(clientLaunch)', '', ?2, ?3, ?3, '', 0, 0, 0, 'running', ?4, ?5, 'client', ?6)
            """,
            new.id,
            new.name,
            project,
            now,
            new.start,
            new.user
        )
        guard changesCount > 0 else { return try knownNumber(of: new.id) }
        let number = lastInsertedRowID
        try addTransition(number, .running, at: now)
        for (name, value) in new.tags where name != runNameTag { try tag(number, name, value) }
        try tag(number, runNameTag, new.name)
        return number
    }

    fileprivate func change(_ run: Int64, to state: RunState, at time: Timestamp) throws {
        try SQLQuery.run(self, "UPDATE run SET state = ?2 WHERE number = ?1", run, state)
        try addTransition(run, state, at: time)
    }

    private func addTransition(_ run: Int64, _ state: RunState, at time: Timestamp) throws {
        try SQLQuery.run(self, "INSERT INTO transition (run, state, at) VALUES (?1, ?2, ?3)", run, state, time)
    }
}
