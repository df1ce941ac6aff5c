import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// Takes in what another system kept. Everything may be taken in again, and changes nothing the second time.
extension Store {
    /// Makes the project, or brings the tags of the one of that name up to date. True for a new one.
    package func take(_ project: HistoryProject) async throws -> Bool {
        let now = clock.now()
        return try await commit { database in
            let known = try SQLQuery.number(database, "SELECT number FROM project WHERE name = ?1", project.name)
            if known == nil {
                let created = project.createdAt.map(Timestamp.init(milliseconds:)) ?? now
                try SQLQuery.run(
                    database,
                    "INSERT INTO project (name, created_at, updated_at, deleted_at) VALUES (?1, ?2, ?3, ?4)",
                    project.name,
                    created,
                    project.updatedAt.map(Timestamp.init(milliseconds:)) ?? created,
                    project.isDeleted ? now : nil
                )
            }
            let number = known ?? database.lastInsertedRowID
            for (name, value) in project.tags.sorted(by: { $0.key < $1.key }) {
                try SQLQuery.run(
                    database,
                    "INSERT OR REPLACE INTO project_tag (project, name, value) VALUES (?1, ?2, ?3)",
                    number,
                    name,
                    value
                )
            }
            return known == nil
        }
    }

    /// Makes the run, or brings the one of that id up to date: name, state, times, deletion, parameters, tags, lineage.
    package func take(_ run: ImportedRun) async throws -> ImportedRun.Outcome {
        let now = clock.now()
        return try await commit { database in
            let query = try SQLQuery(database, "SELECT number, origin FROM run WHERE id = ?1", run.id)
            let known = try query.step() ? (number: query.int64(0), origin: query.optionalText(1)) : nil
            guard let known else {
                let number = try database.insert(run, now: now)
                try database.takeDetails(of: run, number)
                try database.moveChangeMark()
                return .new
            }
            guard known.origin == "import" else { return .foreign }
            let changed = try database.update(run, known.number, now: now)
            try database.takeDetails(of: run, known.number)
            if changed { try database.moveChangeMark() }
            return changed ? .changed : .same
        }
    }
}

/// A run from elsewhere, as it is to stand here.
package struct ImportedRun: Sendable {
    package enum Outcome: Hashable, Sendable {
        case new, changed, same
        /// A run of that id is here already, and came in another way.
        case foreign
    }

    package var id: RunID
    package var project: String
    package var history: HistoryRun

    package init(id: RunID, project: String, history: HistoryRun) {
        self.id = id
        self.project = project
        self.history = history
    }

    var name: String { history.name ?? id.short }
    var startedAt: Timestamp? { history.startedAt.map(Timestamp.init(milliseconds:)) }
    var endedAt: Timestamp? { history.endedAt.map(Timestamp.init(milliseconds:)) }

    /// The typed values, by name.
    var parameters: [Parameter] {
        history.parameters.sorted { $0.key < $1.key }
            .map { Parameter(name: $0.key, value: Value(logged: $0.value), origin: "import") }
    }
}

extension Database {
    fileprivate func insert(_ run: ImportedRun, now: Timestamp) throws -> Int64 {
        let created = run.startedAt ?? now
        try SQLQuery.run(
            self,
            """
            INSERT INTO run (id, launch, snapshot, name, project, experiment, target, variant, replicate, priority, state,
                created_at, started_at, ended_at, deleted_at, origin, user)
            VALUES (?1, '000000000000', '', ?2, ?3, ?3, '', 0, 0, 0, ?4, ?5, ?6, ?7, ?8, 'import', ?9)
            """,
            run.id,
            run.name,
            run.project,
            run.history.state.rawValue,
            created,
            run.startedAt,
            run.endedAt,
            run.history.isDeleted ? now : nil,
            run.history.user
        )
        let number = lastInsertedRowID
        try insertTransition(of: run, number, created)
        return number
    }

    private func insertTransition(of run: ImportedRun, _ number: Int64, _ created: Timestamp) throws {
        try SQLQuery.run(
            self,
            "INSERT INTO transition (run, state, at) VALUES (?1, ?2, ?3)",
            number,
            run.history.state.rawValue,
            run.endedAt ?? created
        )
    }

    fileprivate func update(_ run: ImportedRun, _ number: Int64, now: Timestamp) throws -> Bool {
        try SQLQuery.run(
            self,
            """
            UPDATE run SET name = ?2, state = ?3, started_at = ?4, ended_at = ?5,
                deleted_at = CASE WHEN ?6 THEN coalesce(deleted_at, ?7) END
            WHERE number = ?1 AND (name IS NOT ?2 OR state IS NOT ?3 OR started_at IS NOT ?4 OR ended_at IS NOT ?5
                OR (deleted_at IS NOT NULL) IS NOT ?6)
            """,
            number,
            run.name,
            run.history.state.rawValue,
            run.startedAt,
            run.endedAt,
            run.history.isDeleted,
            now
        )
        guard changesCount > 0 else { return false }
        try insertTransition(of: run, number, run.startedAt ?? now)
        return true
    }

    fileprivate func takeDetails(of run: ImportedRun, _ number: Int64) throws {
        for (position, parameter) in run.parameters.enumerated() {
            try SQLQuery.run(
                self,
                """
                INSERT INTO parameter (run, name, position, kind, value) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (run, name) DO UPDATE SET kind = excluded.kind, value = excluded.value
                """,
                number,
                parameter.name,
                position,
                KeptValue(parameter.value).kind.rawValue,
                KeptValue(parameter.value)
            )
        }
        for (name, value) in run.history.tags.sorted(by: { $0.key < $1.key }) {
            try SQLQuery.run(
                self,
                "INSERT OR REPLACE INTO tag (run, name, value) VALUES (?1, ?2, ?3)",
                number,
                name,
                value
            )
        }
        try takeLineage(of: run, number)
    }
}
