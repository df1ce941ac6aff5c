import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// The project of that number, also a deleted one.
    package func project(number: Int64) throws -> Project? {
        try read { try $0.project("number = CAST(?1 AS INTEGER)", String(number)) }
    }

    /// The project of that name, also a deleted one.
    package func project(named name: String) throws -> Project? {
        try read { try $0.project("name = ?1", name) }
    }
}

extension Database {
    fileprivate func project(_ condition: String, _ argument: String) throws -> Project? {
        let query = try SQLQuery(
            self,
            """
            SELECT number, name, artifact_location, created_at, updated_at, deleted_at FROM project WHERE \(condition)
            """,
            argument
        )
        guard try query.step() else { return nil }
        var project = Project(
            number: query.int64(0),
            name: query.text(1),
            artifactLocation: query.optionalText(2),
            createdAt: query.time(3),
            updatedAt: query.time(4),
            deletedAt: query.optionalTime(5)
        )
        let tags = try SQLQuery(
            self,
            "SELECT name, value FROM project_tag WHERE project = ?1 ORDER BY name",
            project.number
        )
        while try tags.step() { project.tags[tags.text(0)] = .string(tags.text(1)) }
        return project
    }

    /// The name of the project, where it is there and not deleted.
    func activeProject(_ number: Int64) throws -> String {
        let query = try SQLQuery(self, "SELECT name, deleted_at FROM project WHERE number = ?1", number)
        guard try query.step() else { throw StoreError.unknownProject(String(number)) }
        guard query.isNull(1) else { throw StoreError.projectDeleted(number) }
        return query.text(0)
    }
}
