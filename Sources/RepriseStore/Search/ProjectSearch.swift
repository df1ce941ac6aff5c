import GRDB
import OrderedCollections
import RepriseModel

extension SearchSubject {
    /// What can be asked of projects, which MLflow calls experiments.
    static let project = SearchSubject(
        table: "project",
        attributes: [
            SearchAttribute(name: "name", kind: .text, sql: "project.name"),
            SearchAttribute(name: "experiment_id", kind: .identifier, sql: "project.number"),
            SearchAttribute(name: "creation_time", kind: .number, sql: "project.created_at"),
            SearchAttribute(name: "last_update_time", kind: .number, sql: "project.updated_at"),
        ],
        tables: [
            .tag: SearchTable(
                name: "project_tag",
                owner: [("project", "project.number")],
                key: "name",
                value: "value",
                valueKind: .text
            )
        ],
        tieBreakers: [SearchOrder(.attribute, "experiment_id", isAscending: false)]
    )
}

extension Store {
    /// One page of the projects that the question is about; without an order the newest first.
    package func searchProjects(_ question: SearchQuestion, view: SearchView = .active) throws -> SearchPage<Project> {
        try read { database in
            var page = SearchPage<Project>(items: [], nextToken: nil)
            page.nextToken = try database.answer(
                question,
                of: .project,
                within: view.scope("project.deleted_at"),
                order: [
                    SearchOrder(.attribute, "creation_time", isAscending: false),
                    SearchOrder(.attribute, "experiment_id", isAscending: true),
                ],
                columns: ["number", "name", "artifact_location", "created_at", "updated_at", "deleted_at"]
            ) { row in
                page.items.append(row.foundProject())
            }
            for place in page.items.indices {
                let tags = try SQLQuery(
                    database,
                    "SELECT name, value FROM project_tag WHERE project = ?1 ORDER BY name",
                    page.items[place].number
                )
                while try tags.step() { page.items[place].tags[tags.text(0)] = .string(tags.text(1)) }
            }
            return page
        }
    }
}

extension SQLQuery {
    fileprivate func foundProject() -> Project {
        Project(
            number: int64(0),
            name: text(1),
            artifactLocation: optionalText(2),
            createdAt: time(3),
            updatedAt: time(4),
            deletedAt: optionalTime(5)
        )
    }
}
