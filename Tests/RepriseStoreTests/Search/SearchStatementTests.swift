import GRDB
import OrderedCollections
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseStore

extension Store {
    /// Puts a run straight into the tables, as no way in would take it.
    func put(_ run: NaiveRun, project: String = "Default") throws {
        try write { database in
            try SQLQuery.run(
                database,
                """
                INSERT INTO run (number, id, launch, snapshot, name, project, experiment, target, variant, replicate, priority,
                    state, created_at, started_at, ended_at, deleted_at, origin, user)
                VALUES (?1, ?2, '000000000000', '', ?3, ?4, ?4, '', 0, 0, 0, ?5, 0, ?6, ?7, ?8, 'client', ?9)
                """,
                run.number,
                run.id,
                run.name,
                project,
                run.state,
                run.start,
                run.end,
                run.isDeleted ? Int64(1) : nil,
                run.user
            )
            for (key, value) in run.parameters {
                let kept = KeptValue(value)
                try SQLQuery.run(
                    database,
                    "INSERT INTO parameter (run, name, position, kind, value) VALUES (?1, ?2, 0, ?3, ?4)",
                    run.number,
                    key,
                    kept.kind.rawValue,
                    kept
                )
            }
            for (key, value) in run.metrics {
                try SQLQuery.run(
                    database,
                    "INSERT INTO series (run, key, count, last, last_step, last_time, pieces) VALUES (?1, ?2, 1, ?3, 0, 0, 0)",
                    run.number,
                    key,
                    value
                )
            }
            for (key, value) in run.tags {
                try SQLQuery.run(
                    database,
                    "INSERT INTO tag (run, name, value) VALUES (?1, ?2, ?3)",
                    run.number,
                    key,
                    value
                )
            }
        }
    }

    /// Every page of the search, one after the other.
    func pages(_ filter: SearchFilter, _ order: [SearchOrder], scope: SQLFragment, limit: Int) throws -> [Int64] {
        let statement = SearchStatement(filter, order: order, of: .run)
        var numbers: [Int64] = []
        var token: String?
        repeat {
            token = try read { database in
                try statement.eachRow(in: database, ["run.number"], within: scope, after: token, limit: limit) { row in
                    numbers.append(row.int64(0))
                }
            }
        } while token != nil && numbers.count < 10_000
        return numbers
    }
}

@Suite struct `The statement of a search` {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `finds what going through all runs finds, in the same order, page by page`(_ seed: UInt64) throws {
        var random = RandomSearch(seed: seed)
        let fixture = try StoreFixture()
        let runs = (1...40).map { random.run(number: Int64($0)) }
        for run in runs { try fixture.store.put(run) }
        for _ in 0..<150 {
            let filter = random.filter()
            let order = random.order()
            let expected = NaiveSearch.sorted(runs.filter { !$0.isDeleted && NaiveSearch.holds(filter, $0) }, by: order)
            let found = try fixture.store.pages(
                filter,
                order,
                scope: SQLFragment("run.deleted_at IS NULL"),
                limit: random.limit()
            )
            #expect(found == expected.map(\.number), "\(filter.summary) by \(order)")
        }
    }

    @Test func `a page goes on where the last one ended, whatever was added or deleted meanwhile`() throws {
        var random = RandomSearch(seed: 9)
        let fixture = try StoreFixture()
        var runs = (1...60).map { random.run(number: Int64($0)) }
        for place in runs.indices {
            runs[place].isDeleted = false
            runs[place].start = Int64(1000 + place)
            try fixture.store.put(runs[place])
        }
        var search = RunSearch(projects: [0], question: SearchQuestion(limit: 10))
        var found: [Int64] = []
        for round in 0..<6 {
            let page = try fixture.store.read { try $0.numbers(of: search) }
            found += page.items
            search.question.pageToken = page.nextToken
            #expect((page.nextToken == nil) == (round == 5))
            // Newer ones come before every page to come, and a page that was seen may lose its runs.
            var new = random.run(number: Int64(100 + round))
            new.isDeleted = false
            new.start = 5000
            try fixture.store.put(new)
            try fixture.store.write { database in
                try SQLQuery.run(database, "UPDATE run SET deleted_at = 1 WHERE number = ?1", page.items[3])
            }
        }
        #expect(found == Array((1...60).reversed()))
    }

    @Test func `a token is for its own order alone, and nothing else passes for one`() throws {
        var random = RandomSearch(seed: 3)
        let fixture = try StoreFixture()
        for number in 1...5 {
            var run = random.run(number: Int64(number))
            run.isDeleted = false
            try fixture.store.put(run)
        }
        func page(_ order: [String], _ token: String?) throws -> SearchPage<Int64> {
            let question = SearchQuestion(order: order, limit: 2, pageToken: token)
            return try fixture.store.read { try $0.numbers(of: RunSearch(projects: [0], question: question)) }
        }
        let token = try #require(try page(["metrics.a"], nil).nextToken)
        #expect(try page(["metrics.a"], token).items.count == 2)
        #expect(try page(["metrics.a"], "").items.count == 2)
        for (order, token) in [
            (["metrics.b"], token), (["metrics.a DESC"], token), ([], token), (["metrics.a"], "x"),
            (["metrics.a"], String(token.dropLast(2))), (["metrics.a"], "5b5d"),
            (["metrics.a"], "eyJvZmZzZXQiOiAyfQ=="),
        ] {
            let error = #expect(throws: Mistake.self) { try page(order, token) }
            #expect(error?.what.hasPrefix("Invalid page token") == true)
        }
    }

    @Test func `projects and what was deleted are told apart`() throws {
        var random = RandomSearch(seed: 4)
        let fixture = try StoreFixture()
        try fixture.store.write { database in
            try SQLQuery.run(
                database,
                "INSERT INTO project (number, name, created_at, updated_at) VALUES (1, 'one', 1, 1), (2, 'two', 2, 2)"
            )
        }
        for number in 1...12 {
            var run = random.run(number: Int64(number))
            run.isDeleted = number.isMultiple(of: 2)
            try fixture.store.put(run, project: ["Default", "one", "two"][number % 3])
        }
        func found(_ projects: [Int64], _ view: SearchView) throws -> Set<Int64> {
            Set(try fixture.store.read { try $0.numbers(of: RunSearch(projects: projects, view: view)) }.items)
        }
        #expect(try found([], .all).isEmpty)
        #expect(try found([77], .all).isEmpty)
        #expect(try found([0], .all) == [3, 6, 9, 12])
        #expect(try found([1, 1], .active) == [1, 7])
        #expect(try found([1, 2], .deleted) == [2, 4, 8, 10])
        #expect(try found([0, 1, 2, 77], .active) == [1, 3, 5, 7, 9, 11])
    }

    @Test(arguments: [
        ("dataset.name = 'wine'", [1, 2]),
        ("datasets.name LIKE 'w%' and dataset.digest = 'd2'", [2]),
        ("dataset.context IN ('train', 'test')", [1]),
        ("dataset.name != 'wine'", [2, 3]),
        ("not dataset.name = 'wine'", [3, 4]),
        ("dataset.context NOT LIKE 'tr%'", [2]),
    ])
    func `runs are found by the datasets that they read`(_ filter: String, _ expected: [Int64]) throws {
        var random = RandomSearch(seed: 5)
        let fixture = try StoreFixture()
        for number in 1...4 {
            var run = random.run(number: Int64(number))
            run.isDeleted = false
            run.start = Int64(-number)
            try fixture.store.put(run)
        }
        try fixture.store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO dataset (number, project, name, digest, source_type, source)
                        VALUES (1, 0, 'wine', 'd1', '', ''), (2, 0, 'wine', 'd2', '', ''), (3, 0, 'iris', 'd3', '', '');
                    INSERT INTO run_dataset (run, dataset, position) VALUES (1, 1, 0), (2, 2, 0), (2, 3, 1), (3, 3, 0);
                    INSERT INTO run_dataset_tag (run, dataset, name, value, position)
                        VALUES (1, 1, 'mlflow.data.context', 'train', 0), (2, 3, 'mlflow.data.context', 'eval', 0),
                            (3, 3, 'other', 'train', 0);
                    """
            )
        }
        let search = RunSearch(projects: [0], question: SearchQuestion(filter: filter))
        #expect(try fixture.store.read { try $0.numbers(of: search) }.items == expected)
    }

    @Test(arguments: [
        ("", []),
        ("metrics.a > 1", []),
        ("tags.a = 'x' and params.b = 'y'", ["attributes.start_time DESC"]),
        ("status = 'RUNNING'", []),
    ])
    func `a page of one project is a walk along an index`(_ filter: String, _ order: [String]) throws {
        let fixture = try StoreFixture()
        let plan = try fixture.store.plan(filter: filter, order: order)
        #expect(plan.contains { $0.contains("run_search") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("SCAN run") }, "\(plan)")
    }

    @Test(arguments: [("metrics.a > 1", ["metrics.a DESC"]), ("metrics.a > 1 and tags.b = 'x'", ["metrics.c"])])
    func `a filter and an order by metrics read the index of metrics alone`(_ filter: String, _ order: [String]) throws
    {
        let plan = try StoreFixture().store.plan(filter: filter, order: order)
        #expect(plan.first?.contains("COVERING INDEX series_search") == true, "\(plan)")
        #expect(!plan.contains { $0.contains("sqlite_autoindex_series") }, "\(plan)")
    }
}

extension Store {
    fileprivate func plan(filter: String, order: [String]) throws -> [String] {
        try read { database in
            let statement = SearchStatement(
                try SearchFilter(filter, of: .run),
                order: try SearchOrder.order(order, of: .run),
                of: .run
            )
            let scope = SQLFragment("run.project = ? AND run.deleted_at IS NULL", ["Default"])
            var sql = statement.sql(["run.number"], within: scope, after: nil, limit: 100)
            sql.sql = "EXPLAIN QUERY PLAN " + sql.sql
            var plan: [String] = []
            try database.eachRow(of: sql) { plan.append($0.text(3)) }
            return plan
        }
    }
}
