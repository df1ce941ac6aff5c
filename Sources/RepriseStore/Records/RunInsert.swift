import OrderedCollections
import GRDB
import RepriseModel

extension Store {
    /// Queues the runs of one launch, in their order, in one transaction: all of them or none.
    ///
    /// Each run gets its jobs from `request.steps`, one per split, as queued. A run whose id is already there is left as
    /// it is, so that a launch may be inserted again after a crash.
    package func insert(_ launch: LaunchRecord, runs: [RunRequest], priority: Int = 0) throws {
        try write { database in
            try SQLQuery.run(
                database,
                "INSERT OR IGNORE INTO launch (id, created_at, facts) VALUES (?1, ?2, ?3)",
                launch.id,
                launch.createdAt,
                Value.map(launch.facts).json()
            )
            for project in Set(runs.map(\.project)) { try database.makeSure(ofProject: project, at: launch.createdAt) }
            var specs = JobSpecTexts()
            for run in runs {
                try database.insert(run, launch: launch.id, priority: priority, specs: &specs)
            }
            try database.moveChangeMark()
        }
    }
}

extension Database {
    /// Tells other processes that there may be something to do.
    func moveChangeMark() throws { try SQLQuery.run(self, "UPDATE change_mark SET value = value + 1") }

    /// Whoever runs something in a project that is not there or was deleted wants it there.
    func makeSure(ofProject name: String, at now: Timestamp) throws {
        try SQLQuery.run(
            self,
            """
            INSERT INTO project (name, created_at, updated_at)
            SELECT ?1, ?2, ?2 WHERE NOT EXISTS (SELECT 1 FROM project WHERE name = ?1)
            """,
            name,
            now
        )
        try SQLQuery.run(
            self,
            "UPDATE project SET deleted_at = NULL, updated_at = ?2 WHERE name = ?1 AND deleted_at IS NOT NULL",
            name,
            now
        )
    }

    fileprivate func insert(_ run: RunRequest, launch: String, priority: Int, specs: inout JobSpecTexts) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO run (id, launch, snapshot, name, project, experiment, target, variant, replicate,
                priority, repeats, state, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'queued', ?12)
            """,
            run.id,
            launch,
            run.snapshot?.description ?? "",
            run.name,
            run.project,
            run.experiment,
            run.target,
            run.variant,
            run.replicate,
            priority,
            run.repeats,
            run.createdAt
        )
        guard changesCount > 0 else { return }
        let number = lastInsertedRowID
        try insertDetails(of: run, number: number)
        try insertJobs(of: run, number: number, specs: &specs)
    }

    private func insertDetails(of run: RunRequest, number: Int64) throws {
        let json = try Value(encoding: run).json()
        try SQLQuery.run(self, "INSERT INTO request (run, json) VALUES (?1, ?2)", number, json)
        try SQLQuery.run(
            self,
            "INSERT INTO transition (run, state, at) VALUES (?1, 'queued', ?2)",
            number,
            run.createdAt
        )
        for (position, parameter) in run.parameters.enumerated() {
            try SQLQuery.run(
                self,
                """
                INSERT OR REPLACE INTO parameter (run, name, position, kind, value) VALUES (?1, ?2, ?3, ?4, ?5)
                """,
                number,
                parameter.name,
                position,
                KeptValue(parameter.value).kind.rawValue,
                KeptValue(parameter.value)
            )
        }
        for tag in run.tags {
            try SQLQuery.run(self, "INSERT OR IGNORE INTO tag (run, name) VALUES (?1, ?2)", number, tag)
        }
    }

    private func insertJobs(of run: RunRequest, number: Int64, specs: inout JobSpecTexts) throws {
        let insert = try SQLQuery(
            self,
            """
            INSERT INTO job (run, ordinal, attempt, step, split, state, is_latest, spec)
            VALUES (?1, ?2, 1, ?3, ?4, 'queued', 1, ?5)
            """
        )
        var ordinal = 0
        for step in run.steps {
            let spec = try specs.text(of: step, settings: run.settings?[run.target(of: step)]?.mapValue)
            for split in step.splits.map({ (0..<$0).map(Optional.some) }) ?? [nil] {
                try insert.run(number, ordinal, step.name, split, spec)
                ordinal += 1
            }
        }
    }
}

/// What the scheduler must know of a job, so that it never reads the whole request.
struct JobSpec: Hashable, Codable {
    var resources: Resources
    var retry: RetryPolicy
    var needs: [String]
    /// nil: the run's.
    var target: String?
    /// What the launch alone said of the target.
    var settings: Mapping?
}

/// The text of each different spec; the runs of one launch mostly share theirs.
private struct JobSpecTexts {
    private var texts: [JobSpec: String] = [:]

    mutating func text(of step: StepRequest, settings: Mapping?) throws -> String {
        let spec = JobSpec(
            resources: step.resources,
            retry: step.retry,
            needs: step.needs,
            target: step.target,
            settings: settings
        )
        if let text = texts[spec] { return text }
        let text = try Value(encoding: spec).json()
        texts[spec] = text
        return text
    }
}
