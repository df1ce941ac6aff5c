import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem

extension Store {
    /// Makes a name for models in the registry.
    package func createRegisteredModel(
        _ name: String,
        description: String? = nil,
        tags: Mapping = [:]
    ) async throws -> RegisteredModel {
        let now = clock.now()
        return try await commit { database in
            if let number = try database.numberOfRegisteredModel(named: name) {
                let known = try database.tags(of: number, in: "registered_model_tag")
                throw ModelError.registeredModelExists(name, isPrompt: known[RegisteredModel.promptTag] != nil)
            }
            try SQLQuery.run(
                database,
                """
                INSERT INTO registered_model (name, description, last_version, created_at, updated_at)
                VALUES (?1, ?2, 0, ?3, ?3)
                """,
                name,
                description,
                now
            )
            let number = database.lastInsertedRowID
            try database.setTags(tags, of: number, in: "registered_model_tag (model, name, value)")
            return try database.registeredModel(number)
        }
    }

    package func describeRegisteredModel(_ name: String, _ description: String?) async throws -> RegisteredModel {
        let now = clock.now()
        return try await commit { database in
            let number = try database.knownRegisteredModel(name)
            try SQLQuery.run(
                database,
                "UPDATE registered_model SET description = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                description,
                now
            )
            return try database.registeredModel(number)
        }
    }

    package func renameRegisteredModel(_ name: String, to newName: String) async throws -> RegisteredModel {
        let now = clock.now()
        return try await commit { database in
            let number = try database.knownRegisteredModel(name)
            if let other = try database.numberOfRegisteredModel(named: newName), other != number {
                throw ModelError.registeredModelExists(newName, isPrompt: false)
            }
            try SQLQuery.run(
                database,
                "UPDATE registered_model SET name = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                newName,
                now
            )
            try SQLQuery.run(database, "UPDATE model_version SET updated_at = ?2 WHERE model = ?1", number, now)
            return try database.registeredModel(number)
        }
    }

    /// Removes the name with its versions for good; the logged models and runs behind them stay.
    package func deleteRegisteredModel(_ name: String) async throws {
        try await commit { database in
            let number = try database.knownRegisteredModel(name)
            try SQLQuery.run(database, "DELETE FROM registered_model WHERE number = ?1", number)
        }
    }

    package func tagRegisteredModel(_ name: String, _ tag: String, _ value: String) async throws {
        try await commit { database in
            let number = try database.knownRegisteredModel(name)
            try database.setTags([tag: .string(value)], of: number, in: "registered_model_tag (model, name, value)")
        }
    }

    /// A tag that is not there is fine.
    package func untagRegisteredModel(_ name: String, _ tag: String) async throws {
        try await commit { database in
            let number = try database.knownRegisteredModel(name)
            try SQLQuery.run(database, "DELETE FROM registered_model_tag WHERE model = ?1 AND name = ?2", number, tag)
        }
    }

    /// Points the alias to a version, also away from another one.
    package func setAlias(_ alias: String, of name: String, version: Int64) async throws {
        try await commit { database in
            _ = try database.numberOfVersion(name, version)
            try SQLQuery.run(
                database,
                "INSERT OR REPLACE INTO registered_model_alias (model, alias, version) VALUES (?1, ?2, ?3)",
                try database.knownRegisteredModel(name),
                alias,
                version
            )
        }
    }

    /// An alias that is not there is fine.
    package func deleteAlias(_ alias: String, of name: String) async throws {
        try await commit { database in
            let number = try database.knownRegisteredModel(name)
            try SQLQuery.run(
                database,
                "DELETE FROM registered_model_alias WHERE model = ?1 AND alias = ?2",
                number,
                alias
            )
        }
    }
}

extension Database {
    func numberOfRegisteredModel(named name: String) throws -> Int64? {
        try SQLQuery.number(self, "SELECT number FROM registered_model WHERE name = ?1", name)
    }

    func knownRegisteredModel(_ name: String) throws -> Int64 {
        guard let number = try numberOfRegisteredModel(named: name) else {
            throw ModelError.unknownRegisteredModel(name)
        }
        return number
    }
}
