import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// The runs that the filter names, at most `limit`; `after` is the `number` of the last row of the page before.
    package func runs(
        matching filter: RunFilter = RunFilter(),
        order: RunOrder = .newest,
        limit: Int? = nil,
        after: Int64? = nil,
        including details: RunDetails = .all
    ) throws -> [RunRow] {
        try read { database in
            let condition = RunCondition(filter, order: order, after: after)
            var rows = try database.rows(condition, limit: limit)
            try database.fill(&rows, details)
            return rows
        }
    }

    /// How many runs the filter names.
    package func count(matching filter: RunFilter = RunFilter()) throws -> Int {
        try read { database in
            let condition = RunCondition(filter, order: .newest, after: nil)
            let statement = try database.cachedStatement(
                sql: "SELECT count(*) FROM \(condition.table) WHERE \(condition.sql)"
            )
            try statement.setArguments(condition.arguments)
            let query = SQLQuery(bound: statement.sqliteStatement)
            return try query.step() ? query.int(0) : 0
        }
    }
}

/// A filter as SQL.
struct RunCondition {
    private(set) var sql: String
    /// What stands behind FROM.
    private(set) var table = "run"
    private(set) var arguments: StatementArguments = []
    let order: RunOrder

    init(_ filter: RunFilter, order: RunOrder, after: Int64?) {
        self.order = order
        // A bound on the number lets SQLite walk the table in order and stop at the limit.
        sql = order == .newest ? "run.number < ?" : "run.number > ?"
        let bound: Int64 = after ?? (order == .newest ? .max : 0)
        arguments += [bound]
        switch filter.deleted {
        case .left: sql += " AND run.deleted_at IS NULL"
        case .only: sql += " AND run.deleted_at IS NOT NULL"
        case .included: break
        }
        if let states = filter.states { add(states, isAboutAll: filter.ids == nil) }
        if let ids = filter.ids { add("run.id", in: ids.map(\.description)) }
        add("run.project", filter.project)
        add("run.experiment", filter.experiment)
        add("run.name", filter.name)
        add("run.launch", filter.launch)
        add("run.target", filter.target)
        add("run.snapshot", filter.snapshot?.description)
        add("run.repeats", filter.repeats?.description)
        if filter.isLaunched { sql += " AND run.origin IS NULL" }
        for tag in filter.tags {
            sql += " AND EXISTS (SELECT 1 FROM tag WHERE tag.run = run.number AND tag.name = ?)"
            arguments += [tag]
        }
    }

    /// Takes in what SQL can decide of an expression.
    mutating func add(_ expression: ExpressionCondition?) {
        guard let expression else { return }
        sql += " AND " + expression.sql
        arguments += StatementArguments(expression.arguments)
    }

    /// The few runs that are open, or that did not end well, have indexes of their own. Their conditions are repeated word
    /// for word, since SQLite does not see that one list of states lies within another.
    private mutating func add(_ states: Set<RunState>, isAboutAll: Bool) {
        func list(_ states: some Sequence<RunState>) -> String {
            "run.state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
        }
        let open: [RunState] = [.queued, .submitted, .running]
        let troubled: [RunState] = [.failed, .cancelled, .lost]
        if !isAboutAll || states.isEmpty {
            // Named runs are found by their ids.
        } else if states.isSubset(of: open) {
            table = "run INDEXED BY run_open"
            sql += " AND " + list(open)
        } else if states.isSubset(of: troubled) {
            table = "run INDEXED BY run_troubled"
            sql += " AND " + list(troubled)
        }
        sql += " AND " + list(states.sorted { $0.rawValue < $1.rawValue })
    }

    private mutating func add(_ column: String, _ value: String?) {
        guard let value else { return }
        sql += " AND \(column) = ?"
        arguments += [value]
    }

    private mutating func add(_ column: String, in values: [String]) {
        sql += " AND \(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
        arguments += StatementArguments(values)
    }
}

extension Database {
    func rows(_ condition: RunCondition, limit: Int?) throws -> [RunRow] {
        let direction = condition.order == .newest ? "DESC" : "ASC"
        let statement = try cachedStatement(
            sql: """
                SELECT number, id, name, project, experiment, launch, target, variant, replicate, snapshot, repeats,
                    state, created_at, started_at, ended_at, exit_status, reason, deleted_at, origin
                FROM \(condition.table) WHERE \(condition.sql) ORDER BY number \(direction) LIMIT ?
                """
        )
        try statement.setArguments(condition.arguments + [limit ?? -1])
        let query = SQLQuery(bound: statement.sqliteStatement)
        var rows: [RunRow] = []
        while try query.step() {
            if let row = query.row(like: rows.last) { rows.append(row) }
        }
        return rows
    }
}

extension SQLQuery {
    fileprivate func row(like last: RunRow?) -> RunRow? {
        guard let id = RunID(text(1)) else { return nil }
        let snapshotText = text(9, like: last?.snapshot?.description)
        let snapshot = last?.snapshot?.description == snapshotText ? last?.snapshot : Digest(snapshotText)
        var row = RunRow(
            number: int64(0),
            id: id,
            name: text(2),
            project: text(3, like: last?.project),
            experiment: text(4, like: last?.experiment),
            launch: text(5, like: last?.launch),
            target: text(6, like: last?.target),
            variant: int(7),
            replicate: int(8),
            snapshot: snapshot,
            repeats: optionalText(10).flatMap { RunID($0) },
            state: state(11),
            createdAt: time(12)
        )
        row.startedAt = optionalTime(13)
        row.endedAt = optionalTime(14)
        row.exitStatus = optionalInt(15)
        row.reason = optionalText(16)
        row.deletedAt = optionalTime(17)
        row.origin = optionalText(18)
        return row
    }
}
