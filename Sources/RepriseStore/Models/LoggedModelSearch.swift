import GRDB
import OrderedCollections
import RepriseModel

/// Which logged models are searched for.
package struct LoggedModelSearch: Hashable, Sendable {
    /// A dataset on which a metric was measured; without a digest every one of the name.
    package struct OnDataset: Hashable, Sendable {
        package var name: String?
        package var digest: String?

        package init(name: String? = nil, digest: String? = nil) {
            self.name = name
            self.digest = digest
        }
    }

    /// One part of the order: `metrics.KEY` or an attribute.
    package struct Order: Hashable, Sendable {
        package var field: String
        package var isAscending: Bool
        package var dataset: OnDataset

        package init(field: String, isAscending: Bool = true, dataset: OnDataset = OnDataset()) {
            self.field = field
            self.isAscending = isAscending
            self.dataset = dataset
        }
    }

    /// Numbers of projects; without any there are no models.
    package var projects: [Int64]
    package var filter: String
    /// What the filter says of metrics holds for a measurement on one of these; where it says nothing, models that have such.
    package var datasets: [OnDataset]
    package var order: [Order]
    package var limit: Int
    package var pageToken: String?

    package init(
        projects: [Int64],
        filter: String = "",
        datasets: [OnDataset] = [],
        order: [Order] = [],
        limit: Int = 100,
        pageToken: String? = nil
    ) {
        self.projects = projects
        self.filter = filter
        self.datasets = datasets
        self.order = order
        self.limit = limit
        self.pageToken = pageToken
    }
}

extension Store {
    /// One page of logged models that are not deleted; without an order the newest first.
    package func searchLoggedModels(_ search: LoggedModelSearch) throws -> SearchPage<LoggedModel> {
        var subject = SearchSubject.loggedModel
        if let metrics = search.datasetCondition(on: "entry") { subject.tables[.metric]?.condition = metrics }
        let order = try search.order.map { try $0.order(of: &subject) }
        let ties = subject.tieBreakers.filter { last in
            !order.contains { $0.entity == last.entity && $0.key == last.key }
        }
        let scope = try search.scope(subject)
        return try read { database in
            var numbers: [Int64] = []
            let next = try database.answer(
                SearchQuestion(filter: search.filter, limit: search.limit, pageToken: search.pageToken),
                of: subject,
                within: scope,
                order: order + ties,
                columns: ["logged_model.number"]
            ) { numbers.append($0.int64(0)) }
            return SearchPage(items: try numbers.map(database.loggedModel), nextToken: next)
        }
    }
}

extension LoggedModelSearch {
    fileprivate func scope(_ subject: SearchSubject) throws -> SQLFragment {
        let numbers = Set(projects).sorted().map(String.init).joined(separator: ", ")
        let scope = SQLFragment("logged_model.deleted_at IS NULL AND logged_model.project IN (\(numbers))")
        let saysOfMetrics = try SearchFilter(filter, of: subject).terms.contains { $0.entity == .metric }
        guard !saysOfMetrics, let condition = datasetCondition(on: "measured") else { return scope }
        return scope
            + SQLFragment(" AND EXISTS (SELECT 1 FROM logged_model_metric AS measured")
            + SQLFragment(" WHERE measured.model = logged_model.number AND ") + condition + ")"
    }

    fileprivate func datasetCondition(on alias: String) -> SQLFragment? {
        guard !datasets.isEmpty else { return nil }
        let parts = datasets.map { dataset in
            var part = SQLFragment("\(alias).dataset_name = ?", [dataset.name])
            if let digest = dataset.digest { part = part + SQLFragment(" AND \(alias).dataset_digest = ?", [digest]) }
            return part
        }
        return SQLFragment("(") + SQLFragment(parts, joinedBy: " OR ") + ")"
    }
}

extension LoggedModelSearch.Order {
    /// A metric orders by its latest value on the dataset, which the subject gets to know under a key of its own.
    fileprivate func order(of subject: inout SearchSubject) throws -> SearchOrder {
        guard let point = field.firstIndex(of: ".") else {
            guard let attribute = subject.attribute(named: field) else {
                throw SearchMistake.plain("Invalid order by field name: \(SearchMistake.shortened(field))")
            }
            return SearchOrder(.attribute, attribute.name, isAscending: isAscending)
        }
        guard field[..<point] == "metrics" else {
            throw SearchMistake.plain(
                "Invalid order by field name: \(SearchMistake.shortened(field)). Only metrics are supported."
            )
        }
        let key = String(field[field.index(after: point)...])
        var conditions = ["latest.model = logged_model.number", "latest.key = \(literal(key))"]
        if let name = dataset.name { conditions.append("latest.dataset_name = \(literal(name))") }
        if let digest = dataset.digest { conditions.append("latest.dataset_digest = \(literal(digest))") }
        let name = [key, dataset.name ?? "", dataset.digest ?? ""].joined(separator: "\u{0}")
        subject.tables[.metric]?.derived[name] = """
            SELECT latest.value FROM logged_model_metric AS latest WHERE \(conditions.joined(separator: " AND ")) \
            ORDER BY latest.time DESC, latest.step DESC, latest.run LIMIT 1
            """
        return SearchOrder(.metric, name, isAscending: isAscending)
    }

    /// Text as SQL. What stands behind a zero character SQLite would not see.
    private func literal(_ text: String) -> String {
        "'" + text.prefix { $0 != "\u{0}" }.replacing("'", with: "''") + "'"
    }
}

extension SearchSubject {
    /// What can be asked of logged models.
    fileprivate static let loggedModel = SearchSubject(
        table: "logged_model",
        attributes: [
            SearchAttribute(name: "model_id", kind: .text, sql: "logged_model.id"),
            SearchAttribute(name: "name", kind: .text, sql: "logged_model.name"),
            SearchAttribute(name: "model_type", kind: .text, sql: "coalesce(logged_model.type, '')"),
            SearchAttribute(name: "status", kind: .text, sql: status),
            SearchAttribute(name: "source_run_id", kind: .text, sql: "coalesce(logged_model.source_run, '')"),
            SearchAttribute(name: "artifact_location", kind: .text, sql: "logged_model.artifact_location"),
            SearchAttribute(
                name: "creation_timestamp",
                aliases: ["creation_time", "creation_timestamp_ms"],
                kind: .number,
                sql: "logged_model.created_at"
            ),
            SearchAttribute(
                name: "last_updated_timestamp",
                aliases: ["last_updated_timestamp_ms"],
                kind: .number,
                sql: "logged_model.updated_at"
            ),
        ],
        tables: [
            .metric: SearchTable(
                name: "logged_model_metric",
                owner: [("model", "logged_model.number")],
                key: "key",
                value: "value",
                valueKind: .number
            ),
            .parameter: pairs(in: "logged_model_parameter"),
            .tag: pairs(in: "logged_model_tag"),
        ],
        hasAllEntities: true,
        tieBreakers: [
            SearchOrder(.attribute, "creation_timestamp", isAscending: false),
            SearchOrder(.attribute, "model_id", isAscending: true),
        ]
    )

    private static let status =
        "CASE logged_model.status WHEN 'ready' THEN 'READY' WHEN 'pending' THEN 'PENDING' ELSE 'FAILED' END"

    private static func pairs(in table: String) -> SearchTable {
        SearchTable(
            name: table,
            owner: [("model", "logged_model.number")],
            key: "name",
            value: "value",
            valueKind: .text
        )
    }
}
