import GRDB
import RepriseModel

/// Which runs are searched for, in MLflow's words.
package struct RunSearch: Hashable, Sendable {
    /// Numbers of projects; without any there are no runs.
    package var projects: [Int64]
    package var view: SearchView
    package var question: SearchQuestion

    package init(projects: [Int64], view: SearchView = .active, question: SearchQuestion = SearchQuestion()) {
        self.projects = projects
        self.view = view
        self.question = question
    }
}

extension Database {
    /// The numbers of the runs of one page, in the order asked for.
    func numbers(of search: RunSearch) throws -> SearchPage<Int64> {
        var page = SearchPage<Int64>(items: [], nextToken: nil)
        page.nextToken = try answer(
            search.question,
            of: .run,
            within: try scope(of: search),
            columns: ["run.number"]
        ) { row in
            page.items.append(row.int64(0))
        }
        return page
    }

    /// Which runs are looked at at all.
    func scope(of search: RunSearch) throws -> SQLFragment {
        let projects = Set(search.projects).sorted()
        let scope: SQLFragment
        if projects.count == 1 {
            // Known before, so that the index gives the project's runs in their order.
            let name = try SQLQuery(self, "SELECT name FROM project WHERE number = ?1", projects[0])
            scope = SQLFragment("run.project = ?", [try name.step() ? name.text(0) : nil])
        } else {
            let list = projects.map(String.init).joined(separator: ", ")
            scope = SQLFragment("run.project IN (SELECT name FROM project WHERE number IN (\(list)))")
        }
        return scope + " AND " + search.view.scope("run.deleted_at")
    }
}
