import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Makes a project and tells its number. Throws `projectExists` where one has the name, deleted or not.
    package func createProject(
        named name: String,
        artifactLocation: String? = nil,
        tags: [(String, String)] = []
    ) async throws -> Int64 {
        let now = clock.now()
        return try await commit { database in
            try database.refuse(projectNamed: name)
            try SQLQuery.run(
                database,
                "INSERT INTO project (name, artifact_location, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)",
                name,
                artifactLocation,
                now
            )
            let number = database.lastInsertedRowID
            for (name, value) in tags { try database.tagProject(number, name, value) }
            return number
        }
    }

    /// Renames a project that is not deleted; its runs go with it.
    package func renameProject(_ number: Int64, to name: String) async throws {
        let now = clock.now()
        try await commit { database in
            let old = try database.activeProject(number)
            guard old != name else { return }
            try database.refuse(projectNamed: name)
            try SQLQuery.run(
                database,
                "UPDATE project SET name = ?2, updated_at = ?3 WHERE number = ?1",
                number,
                name,
                now
            )
            try SQLQuery.run(database, "UPDATE run SET project = ?2 WHERE project = ?1", old, name)
        }
    }

    /// Marks a project and all its runs as deleted. Refused while one of its launched runs has not ended.
    package func deleteProject(_ number: Int64) async throws {
        let now = clock.now()
        try await commit { database in
            let name = try database.activeProject(number)
            let open = try SQLQuery(
                database,
                """
                SELECT id FROM run WHERE state IN ('queued', 'submitted', 'running') AND project = ?1 AND origin IS NULL
                    AND deleted_at IS NULL LIMIT 1
                """,
                name
            )
            if try open.step(), let run = RunID(open.text(0)) { throw StoreError.stillOpen(run) }
            try SQLQuery.run(
                database,
                "UPDATE project SET deleted_at = ?2, updated_at = ?2 WHERE number = ?1",
                number,
                now
            )
            try SQLQuery.run(
                database,
                "UPDATE run SET deleted_at = ?2 WHERE project = ?1 AND deleted_at IS NULL",
                name,
                now
            )
        }
    }

    /// Takes the mark away from a project and all its runs.
    package func restoreProject(_ number: Int64) async throws {
        let now = clock.now()
        try await commit { database in
            let query = try SQLQuery(
                database,
                "SELECT name FROM project WHERE number = ?1 AND deleted_at IS NOT NULL",
                number
            )
            guard try query.step() else { throw StoreError.unknownProject(String(number)) }
            let name = query.text(0)
            try SQLQuery.run(
                database,
                "UPDATE project SET deleted_at = NULL, updated_at = ?2 WHERE number = ?1",
                number,
                now
            )
            try SQLQuery.run(
                database,
                "UPDATE run SET deleted_at = NULL WHERE project = ?1 AND deleted_at IS NOT NULL",
                name
            )
        }
    }

    /// Sets a tag of a project that is not deleted.
    package func tagProject(_ number: Int64, name: String, value: String) async throws {
        try await commit { database in
            _ = try database.activeProject(number)
            try database.tagProject(number, name, value)
        }
    }

    /// Takes a tag away; false where the project does not have it.
    package func untagProject(_ number: Int64, name: String) async throws -> Bool {
        try await commit { database in
            _ = try database.activeProject(number)
            try SQLQuery.run(
                database,
                "DELETE FROM project_tag WHERE project = ?1 AND name = ?2",
                number,
                name
            )
            return database.changesCount > 0
        }
    }
}

extension Database {
    fileprivate func refuse(projectNamed name: String) throws {
        let query = try SQLQuery(self, "SELECT deleted_at IS NOT NULL FROM project WHERE name = ?1", name)
        if try query.step() { throw StoreError.projectExists(name, isDeleted: query.int64(0) != 0) }
    }

    fileprivate func tagProject(_ number: Int64, _ name: String, _ value: String) throws {
        try SQLQuery.run(
            self,
            "INSERT OR REPLACE INTO project_tag (project, name, value) VALUES (?1, ?2, ?3)",
            number,
            name,
            value
        )
    }
}
