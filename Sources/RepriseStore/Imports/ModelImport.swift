import GRDB
import RepriseModel
import RepriseSystem
import RepriseTracking

extension Store {
    /// Makes the logged model, or brings the one of that id up to date; where its files are to lie in the store.
    package func take(_ model: HistoryModel, project: String) async throws -> String {
        try await commit { database in
            let known = try SQLQuery.number(database, "SELECT number FROM project WHERE name = ?1", project)
            let root = "\(known ?? 0)/models/\(model.id)/artifacts"
            let status: LoggedModel.Status =
                switch model.status {
                case "PENDING": .pending
                case "FAILED": .uploadFailed
                default: .ready
                }
            try SQLQuery.run(
                database,
                """
                INSERT INTO logged_model (id, project, name, artifact_location, type, source_run, status, status_message,
                    created_at, updated_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_message = excluded.status_message,
                    updated_at = excluded.updated_at
                """,
                model.id,
                known ?? 0,
                model.name,
                "mlflow-artifacts:/" + root,
                model.type,
                model.run,
                status.rawValue,
                model.statusMessage,
                model.createdAt,
                model.updatedAt
            )
            let number = try SQLQuery.number(database, "SELECT number FROM logged_model WHERE id = ?1", model.id) ?? 0
            try database.setPairs(model.parameters, of: number, in: "logged_model_parameter (model, name, value)")
            try database.setPairs(model.tags, of: number, in: "logged_model_tag (model, name, value)")
            for metric in model.metrics { try database.take(metric, of: number) }
            return root
        }
    }

    /// Makes the registered model with its versions, or brings the one of that name up to date.
    package func take(_ model: HistoryRegisteredModel) async throws {
        try await commit { database in
            try SQLQuery.run(
                database,
                """
                INSERT INTO registered_model (name, description, last_version, created_at, updated_at)
                VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (name) DO UPDATE SET description = excluded.description,
                    last_version = max(last_version, excluded.last_version), updated_at = max(updated_at, excluded.updated_at)
                """,
                model.name,
                model.description,
                model.versions.map(\.number).max() ?? 0,
                model.createdAt,
                model.updatedAt
            )
            let known = try SQLQuery.number(database, "SELECT number FROM registered_model WHERE name = ?1", model.name)
            guard let number = known else { return }
            try database.setPairs(model.tags, of: number, in: "registered_model_tag (model, name, value)")
            for version in model.versions { try database.take(version, of: number) }
            for (alias, version) in model.aliases.sorted(by: { $0.key < $1.key }) {
                try SQLQuery.run(
                    database,
                    """
                    INSERT OR REPLACE INTO registered_model_alias (model, alias, version)
                    SELECT model, ?2, version FROM model_version WHERE model = ?1 AND version = ?3
                    """,
                    number,
                    alias,
                    version
                )
            }
        }
    }

    /// Names kept files by a path outside any run. A path that is already there is replaced.
    package func saveArtifacts(_ outputs: [OutputRecord], below root: String) async throws {
        let now = clock.now()
        try await commit { [objects] database in
            for output in outputs {
                guard try objects.contains(output.digest) else { throw StoreError.missingObject(output.digest) }
                try SQLQuery.run(
                    database,
                    """
                    INSERT INTO artifact (path, digest, bytes, created_at) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes
                    """,
                    "\(root)/\(output.path)",
                    output.digest,
                    output.bytes,
                    now
                )
            }
        }
    }

    /// The sizes of the files below a path outside any run, by their paths from there.
    package func artifactSizes(below root: String) throws -> [String: Int64] {
        try read { database in
            let query = try SQLQuery(
                database,
                "SELECT path, bytes FROM artifact WHERE path >= ?1 AND path < ?2",
                root + "/",
                root + "0"
            )
            var sizes: [String: Int64] = [:]
            while try query.step() { sizes[String(query.text(0).dropFirst(root.count + 1))] = query.int64(1) }
            return sizes
        }
    }
}

extension Database {
    /// `table` names the table and its three columns.
    fileprivate func setPairs(_ pairs: [String: String], of number: Int64, in table: String) throws {
        for (name, value) in pairs.sorted(by: { $0.key < $1.key }) {
            try SQLQuery.run(self, "INSERT OR REPLACE INTO \(table) VALUES (?1, ?2, ?3)", number, name, value)
        }
    }

    fileprivate func take(_ metric: HistoryModel.Metric, of model: Int64) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO logged_model_metric (model, run, key, step, time, value, dataset_name, dataset_digest)
            SELECT ?1, number, ?3, ?4, ?5, ?6, ?7, ?8 FROM run WHERE id = ?2
            """,
            model,
            metric.run,
            metric.key,
            metric.step,
            metric.time,
            metric.value,
            metric.dataset,
            metric.datasetDigest
        )
    }

    fileprivate func take(_ version: HistoryRegisteredModel.Version, of model: Int64) throws {
        let stage =
            ModelVersion.Stage.allCases.first { $0.rawValue.lowercased() == version.stage.lowercased() } ?? .none
        try SQLQuery.run(
            self,
            """
            INSERT INTO model_version (model, version, description, user, stage, source, location, run, run_link,
                logged_model, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (model, version) DO UPDATE SET description = excluded.description, stage = excluded.stage,
                updated_at = excluded.updated_at
            """,
            model,
            version.number,
            version.description,
            version.user,
            stage.rawValue,
            version.source,
            try location(of: version.source),
            version.run,
            version.runLink,
            version.model ?? Self.loggedModel(in: version.source),
            version.createdAt,
            version.updatedAt
        )
        let number = try SQLQuery.number(
            self,
            "SELECT number FROM model_version WHERE model = ?1 AND version = ?2",
            model,
            version.number
        )
        try setPairs(version.tags, of: number ?? 0, in: "model_version_tag (version, name, value)")
    }

    private static func loggedModel(in source: String) -> String? {
        source.split(separator: "/").map(String.init).first { $0.hasPrefix("m-") && $0.utf8.count == 34 }
    }

    /// Where the files of a version are here: those of a run or of a logged model came with it.
    private func location(of source: String) throws -> String {
        if let model = Self.loggedModel(in: source) {
            let query = try SQLQuery(self, "SELECT artifact_location FROM logged_model WHERE id = ?1", model)
            return try query.step() ? query.text(0) : source
        }
        let names = source.split(separator: "/").map(String.init)
        for (index, name) in names.enumerated() where RunID(name) != nil {
            let query = try SQLQuery(
                self,
                "SELECT project.number FROM run JOIN project ON project.name = run.project WHERE run.id = ?1",
                name
            )
            guard try query.step() else { continue }
            let rest = names.dropFirst(index + 1).drop { $0 == "artifacts" }
            return (["mlflow-artifacts:", String(query.int64(0)), name, "artifacts"] + rest).joined(separator: "/")
        }
        return source
    }
}
