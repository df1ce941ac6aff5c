import GRDB
import RepriseModel

extension Store {
    /// One page of the runs that are searched for, with everything that clients see of them.
    package func searchRuns(_ search: RunSearch) throws -> SearchPage<LoggedRun> {
        try read { database in
            var reading = LoggedRunPage()
            let next = try database.answer(
                search.question,
                of: .run,
                within: database.scope(of: search),
                columns: LoggedRunPage.columns
            ) { row in
                try reading.add(row, in: database)
            }
            try reading.fill(in: database)
            return SearchPage(items: reading.runs, nextToken: next)
        }
    }
}

/// Reads the runs of a page, whose rows come in any order.
private struct LoggedRunPage {
    static let columns = [
        "number", "id", "name", "project", "user", "state", "origin", "created_at", "started_at", "ended_at",
        "deleted_at", "experiment", "launch", "target", "snapshot",
    ]
    .map { "run." + $0 }

    private(set) var runs: [LoggedRun] = []
    /// Of each run the tags that are not kept as such.
    private var derived: [[(name: String, text: String)]] = []
    private var projects: [String: (number: Int64, location: String?)] = [:]

    mutating func add(_ row: borrowing SQLQuery, in database: Database) throws {
        guard let id = RunID(row.text(1)) else { return }
        let project = try project(named: row.text(3), in: database)
        var run = LoggedRun(
            number: row.int64(0),
            id: id,
            name: row.text(2),
            project: project.number,
            artifactRoot: artifactRoot(of: id, location: project.location, project: project.number),
            user: row.text(4, like: runs.last?.user),
            state: row.state(5),
            origin: row.optionalText(6),
            createdAt: row.time(7)
        )
        run.startedAt = row.optionalTime(8)
        run.endedAt = row.optionalTime(9)
        run.deletedAt = row.optionalTime(10)
        runs.append(run)
        derived.append(
            run.origin != nil
                ? []
                : [
                    ("reprise.experiment", row.text(11)), ("reprise.launch", row.text(12)),
                    ("reprise.target", row.text(13)), ("reprise.snapshot", row.text(14)),
                ]
        )
    }

    private mutating func project(
        named name: String,
        in database: Database
    ) throws -> (number: Int64, location: String?) {
        if let known = projects[name] { return known }
        let query = try SQLQuery(database, "SELECT number, artifact_location FROM project WHERE name = ?1", name)
        guard try query.step() else { return (0, nil) }
        let project = (query.int64(0), query.optionalText(1))
        projects[name] = project
        return project
    }

    // MARK: What the runs carry

    /// One pass over each table where the runs stand close together, else a search for each run.
    mutating func fill(in database: Database) throws {
        guard let lowest = runs.map(\.number).min(), let highest = runs.map(\.number).max() else { return }
        if highest - lowest < 4 * Int64(runs.count) {
            let places = LoggedRunPlaces(runs, lowest: lowest, highest: highest)
            try fill(from: lowest, to: highest, in: database) { places[$0] }
        } else {
            for place in runs.indices {
                let number = runs[place].number
                try fill(from: number, to: number, in: database) { _ in place }
            }
        }
        for place in runs.indices {
            runs[place].tags += derived[place]
            guard runs[place].origin == nil else { continue }
            // Read of the page's runs alone, for it lies within a document.
            let seed = try SQLQuery(
                database,
                "SELECT json_extract(json, '$.seed') FROM request WHERE run = ?1",
                runs[place].number
            )
            runs[place].tags.append(("reprise.seed", try seed.step() ? seed.text(0) : ""))
        }
        let lineages = try database.lineages(of: runs.map(\.number))
        guard !lineages.isEmpty else { return }
        for place in runs.indices { runs[place].lineage = lineages[runs[place].number] }
    }

    private mutating func fill(
        from lowest: Int64,
        to highest: Int64,
        in database: Database,
        place: (Int64) -> Int?
    ) throws {
        let series = try SQLQuery(
            database,
            """
            SELECT run, key, count, last, last_step, last_time, min, max FROM series
            WHERE run BETWEEN ?1 AND ?2 ORDER BY run, key
            """,
            lowest,
            highest
        )
        while try series.step() {
            guard let place = place(series.int64(0)) else { continue }
            runs[place].metrics.append(series.summary(from: 1))
        }
        let tags = try SQLQuery(
            database,
            "SELECT run, name, value FROM tag WHERE run BETWEEN ?1 AND ?2 ORDER BY run, name",
            lowest,
            highest
        )
        while try tags.step() {
            guard let place = place(tags.int64(0)) else { continue }
            runs[place].tags.append((tags.text(1), tags.text(2)))
        }
        try fillParameters(from: lowest, to: highest, in: database, place: place)
    }

    private mutating func fillParameters(
        from lowest: Int64,
        to highest: Int64,
        in database: Database,
        place: (Int64) -> Int?
    ) throws {
        let query = try SQLQuery(
            database,
            """
            SELECT run, name, kind, value, position FROM parameter
            WHERE run BETWEEN ?1 AND ?2 ORDER BY run, name
            """,
            lowest,
            highest
        )
        var positions: [Int] = []
        var last: Int?
        while try query.step() {
            guard let place = place(query.int64(0)) else { continue }
            if place != last {
                if let last { arrange(last, positions) }
                positions.removeAll(keepingCapacity: true)
                last = place
            }
            positions.append(query.int(4))
            runs[place].parameters.append((query.text(1), try query.keptValue(kind: 2, value: 3).text))
        }
        if let last { arrange(last, positions) }
    }

    /// Puts a run's parameters, which came by name, into the order in which they were logged.
    private mutating func arrange(_ place: Int, _ positions: [Int]) {
        guard zip(positions, positions.dropFirst()).contains(where: { $0 > $1 }) else { return }
        let parameters = runs[place].parameters
        let order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
        runs[place].parameters = order.map { parameters[$0] }
    }
}

/// Where a run of some number stands in the page.
private struct LoggedRunPlaces {
    private let lowest: Int64
    private var places: [Int?]

    init(_ runs: [LoggedRun], lowest: Int64, highest: Int64) {
        self.lowest = lowest
        places = Array(repeating: nil, count: Int(highest - lowest) + 1)
        for (place, run) in runs.enumerated() { places[Int(run.number - lowest)] = place }
    }

    subscript(number: Int64) -> Int? { places[Int(number - lowest)] }
}
