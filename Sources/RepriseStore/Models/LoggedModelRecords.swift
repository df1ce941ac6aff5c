import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem

/// A logged model to be made.
package struct NewLoggedModel: Sendable {
    /// `m-` and 32 hexadecimal digits; drawn by the caller.
    package var id: String
    package var project: Int64
    package var name: String
    package var type: String?
    package var sourceRun: String?
    package var parameters: Mapping
    package var tags: Mapping

    package init(
        id: String,
        project: Int64,
        name: String,
        type: String? = nil,
        sourceRun: String? = nil,
        parameters: Mapping = [:],
        tags: Mapping = [:]
    ) {
        self.id = id
        self.project = project
        self.name = name
        self.type = type
        self.sourceRun = sourceRun
        self.parameters = parameters
        self.tags = tags
    }
}

extension Store {
    /// Makes a logged model whose files are still to come.
    package func createLoggedModel(_ model: NewLoggedModel) async throws -> LoggedModel {
        let now = clock.now()
        return try await commit { database in
            let root = try database.artifactRoot(ofActive: model.project)
            try SQLQuery.run(
                database,
                """
                INSERT INTO logged_model
                    (id, project, name, artifact_location, type, source_run, status, created_at, updated_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                """,
                model.id,
                model.project,
                model.name,
                "\(root)/models/\(model.id)/artifacts",
                model.type,
                model.sourceRun,
                LoggedModel.Status.pending.rawValue,
                now
            )
            let number = database.lastInsertedRowID
            try database.setParameters(model.parameters, of: number, model.id)
            try database.setTags(model.tags, of: number, in: "logged_model_tag (model, name, value)")
            return try database.loggedModel(number)
        }
    }

    package func finalizeLoggedModel(_ id: String, status: LoggedModel.Status) async throws -> LoggedModel {
        let now = clock.now()
        return try await commit { database in
            let number = try database.numberOfModel(id)
            try SQLQuery.run(
                database,
                "UPDATE logged_model SET status = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                status.rawValue,
                now
            )
            return try database.loggedModel(number)
        }
    }

    /// Marks it as deleted; `gc` removes it later, with its files.
    package func deleteLoggedModel(_ id: String) async throws {
        let now = clock.now()
        try await commit { database in
            try SQLQuery.run(
                database,
                "UPDATE logged_model SET deleted_at = coalesce(deleted_at, ?2), updated_at = ?2 WHERE number = ?1",
                try database.numberOfModel(id),
                now
            )
        }
    }

    /// A value that is there already is fine, another one an error, and then none is set.
    package func setLoggedModelParameters(_ parameters: Mapping, of id: String) async throws {
        try await commit { try $0.setParameters(parameters, of: $0.numberOfModel(id), id) }
    }

    package func tagLoggedModel(_ id: String, _ tags: Mapping) async throws {
        try await commit { database in
            let number = try database.numberOfModel(id)
            try database.setTags(tags, of: number, in: "logged_model_tag (model, name, value)")
        }
    }

    package func untagLoggedModel(_ id: String, _ name: String) async throws {
        try await commit { database in
            let number = try database.numberOfModel(id)
            try SQLQuery.run(database, "DELETE FROM logged_model_tag WHERE model = ?1 AND name = ?2", number, name)
            if database.changesCount == 0 { throw ModelError.unknownModelTag(model: id, tag: name) }
        }
    }
}

extension Database {
    /// The number of a logged model, deleted or not.
    func numberOfModel(_ id: String) throws -> Int64 {
        guard let number = try SQLQuery.number(self, "SELECT number FROM logged_model WHERE id = ?1", id) else {
            throw ModelError.unknownModel(id)
        }
        return number
    }

    /// Sets text values by name; `table` names the table and its three columns.
    func setTags(_ tags: Mapping, of number: Int64, in table: String) throws {
        guard !tags.isEmpty else { return }
        let insert = try SQLQuery(self, "INSERT OR REPLACE INTO \(table) VALUES (?1, ?2, ?3)")
        for (name, value) in tags { try insert.run(number, name, value.text) }
    }

    /// Names and text values of one owner; `table` names the table, `owner` its first column.
    func tags(of number: Int64, in table: String, owner: String = "model") throws -> Mapping {
        let query = try SQLQuery(self, "SELECT name, value FROM \(table) WHERE \(owner) = ?1 ORDER BY name", number)
        var tags: Mapping = [:]
        while try query.step() { tags[query.text(0)] = .string(query.text(1)) }
        return tags
    }

    fileprivate func artifactRoot(ofActive project: Int64) throws -> String {
        let query = try SQLQuery(
            self,
            "SELECT artifact_location, deleted_at FROM project WHERE number = ?1",
            project
        )
        guard try query.step() else { throw StoreError.unknownProject(String(project)) }
        if !query.isNull(1) { throw StoreError.projectDeleted(project) }
        return query.optionalText(0) ?? "mlflow-artifacts:/\(project)"
    }

    fileprivate func setParameters(_ parameters: Mapping, of number: Int64, _ id: String) throws {
        let known = try tags(of: number, in: "logged_model_parameter")
        for (key, value) in parameters {
            if let old = known[key]?.text, old != value.text {
                throw ModelError.modelParameterChanged(model: id, key: key, old: old, new: value.text)
            }
        }
        try setTags(parameters, of: number, in: "logged_model_parameter (model, name, value)")
    }
}
