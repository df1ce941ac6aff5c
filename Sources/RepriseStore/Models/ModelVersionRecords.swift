import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem

/// A version to be added to a registered model.
package struct NewModelVersion: Sendable {
    package var name: String
    package var source: String
    /// Where the files are; `source` where it says so itself.
    package var location: String
    package var description: String?
    package var run: String?
    package var runLink: String?
    package var loggedModel: String?
    package var tags: Mapping

    package init(
        name: String,
        source: String,
        location: String? = nil,
        description: String? = nil,
        run: String? = nil,
        runLink: String? = nil,
        loggedModel: String? = nil,
        tags: Mapping = [:]
    ) {
        self.name = name
        self.source = source
        self.location = location ?? source
        self.description = description
        self.run = run
        self.runLink = runLink
        self.loggedModel = loggedModel
        self.tags = tags
    }
}

extension Store {
    /// Adds the next version. A logged model that it was made from gets to know of it.
    package func createModelVersion(_ version: NewModelVersion) async throws -> ModelVersion {
        let now = clock.now()
        return try await commit { database in
            let model = try database.knownRegisteredModel(version.name)
            try SQLQuery.run(
                database,
                "UPDATE registered_model SET last_version = last_version + 1, updated_at = ?2 WHERE number = ?1",
                model,
                now
            )
            try SQLQuery.run(
                database,
                """
                INSERT INTO model_version (model, version, description, stage, source, location, run, run_link,
                    logged_model, created_at, updated_at)
                SELECT number, last_version, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 FROM registered_model WHERE number = ?1
                """,
                model,
                version.description,
                ModelVersion.Stage.none.rawValue,
                version.source,
                version.location,
                version.run,
                version.runLink,
                version.loggedModel,
                now
            )
            let number = database.lastInsertedRowID
            try database.setTags(version.tags, of: number, in: "model_version_tag (version, name, value)")
            let made = try database.modelVersion(number)
            if let id = version.loggedModel { try database.note(made, on: id) }
            return made
        }
    }

    package func describeModelVersion(
        _ name: String,
        _ version: Int64,
        _ description: String?
    ) async throws -> ModelVersion {
        let now = clock.now()
        return try await commit { database in
            let number = try database.numberOfVersion(name, version)
            try SQLQuery.run(
                database,
                "UPDATE model_version SET description = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                description,
                now
            )
            return try database.modelVersion(number)
        }
    }

    /// Moves the version to a stage; with `archivingOthers` those that are in it go to the archive.
    package func moveModelVersion(
        _ name: String,
        _ version: Int64,
        to stage: ModelVersion.Stage,
        archivingOthers: Bool = false
    ) async throws -> ModelVersion {
        let now = clock.now()
        return try await commit { database in
            let number = try database.numberOfVersion(name, version)
            let model = try database.knownRegisteredModel(name)
            if archivingOthers {
                try SQLQuery.run(
                    database,
                    """
                    UPDATE model_version SET stage = ?4, updated_at = ?5
                    WHERE model = ?1 AND stage = ?2 AND number <> ?3
                    """,
                    model,
                    stage.rawValue,
                    number,
                    ModelVersion.Stage.archived.rawValue,
                    now
                )
            }
            try SQLQuery.run(
                database,
                "UPDATE model_version SET stage = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                stage.rawValue,
                now
            )
            try database.touchRegisteredModel(model, now)
            return try database.modelVersion(number)
        }
    }

    /// Removes the version for good, with its aliases. Its number is not given again.
    package func deleteModelVersion(_ name: String, _ version: Int64) async throws {
        let now = clock.now()
        try await commit { database in
            let number = try database.numberOfVersion(name, version)
            try SQLQuery.run(database, "DELETE FROM model_version WHERE number = ?1", number)
            try database.touchRegisteredModel(database.knownRegisteredModel(name), now)
        }
    }

    package func tagModelVersion(_ name: String, _ version: Int64, _ tag: String, _ value: String) async throws {
        try await commit { database in
            let number = try database.numberOfVersion(name, version)
            try database.setTags([tag: .string(value)], of: number, in: "model_version_tag (version, name, value)")
        }
    }

    /// A tag that is not there is fine.
    package func untagModelVersion(_ name: String, _ version: Int64, _ tag: String) async throws {
        try await commit { database in
            let number = try database.numberOfVersion(name, version)
            try SQLQuery.run(database, "DELETE FROM model_version_tag WHERE version = ?1 AND name = ?2", number, tag)
        }
    }
}

extension Database {
    fileprivate func touchRegisteredModel(_ number: Int64, _ now: Timestamp) throws {
        try SQLQuery.run(self, "UPDATE registered_model SET updated_at = ?2 WHERE number = ?1", number, now)
    }

    /// Writes the version into the tag in which clients look for a logged model's registrations.
    fileprivate func note(_ version: ModelVersion, on id: String) throws {
        let number = try numberOfModel(id)
        let known = try tags(of: number, in: "logged_model_tag")[LoggedModel.versionsTag]?.text ?? "[]"
        var list = (try? Value(json: known))?.listValue ?? []
        list.append(["name": .string(version.name), "version": .integer(version.version)])
        let tag: Mapping = [LoggedModel.versionsTag: .string(Value.list(list).json())]
        try setTags(tag, of: number, in: "logged_model_tag (model, name, value)")
    }
}
