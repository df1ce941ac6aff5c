import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Lists of runs` {
    private let at = Timestamp(milliseconds: 1_700_000_001_000)

    @Test func `pages go through all runs, newest first`() throws {
        let fixture = try StoreFixture()
        let requests = (0..<25).map { fixture.request(name: "run-\($0)") }
        try fixture.insert(requests)
        var names: [String] = []
        var after: Int64?
        while true {
            let page = try fixture.store.runs(limit: 10, after: after)
            names += page.map(\.name)
            guard let last = page.last else { break }
            after = last.number
        }
        #expect(names == requests.map(\.name).reversed())
        #expect(try fixture.store.runs(order: .oldest, limit: 1).first?.name == "run-0")
    }

    @Test func `a filter names runs by state, project, tag, launch and id`() async throws {
        let fixture = try StoreFixture()
        let runs = [
            fixture.request(name: "a", tags: ["baseline"]), fixture.request(name: "b"),
            fixture.request(name: "c", tags: ["baseline", "large"]),
        ]
        try fixture.insert(runs)
        try await fixture.store.record([JobChange(key: JobKey(run: runs[0].id), state: .finished, at: at)])
        let store = fixture.store
        func names(_ filter: RunFilter) throws -> [String] { try store.runs(matching: filter).map(\.name) }
        #expect(try names(RunFilter(states: [.finished])) == ["a"])
        #expect(try names(RunFilter(states: [.queued, .running])) == ["c", "b"])
        #expect(try names(RunFilter(states: [])).isEmpty)
        #expect(try names(RunFilter(tags: ["baseline"])) == ["c", "a"])
        #expect(try names(RunFilter(tags: ["baseline", "large"])) == ["c"])
        #expect(try names(RunFilter(ids: [runs[1].id])) == ["b"])
        #expect(try names(RunFilter(project: "other")).isEmpty)
        #expect(try names(RunFilter(launch: "launch")) == ["c", "b", "a"])
        try store.delete([runs[0].id])
        #expect(try names(RunFilter()) == ["c", "b"])
        #expect(try names(RunFilter(deleted: .only)) == ["a"])
        #expect(try store.count(matching: RunFilter(deleted: .included)) == 3)
    }

    @Test func `every kind of value comes back as it went in`() throws {
        let fixture = try StoreFixture()
        let values: [(String, Value)] = [
            ("a.null", .null), ("b", true), ("c", 1), ("d", 1.0), ("e", "1"), ("f", [1, "x", .null]), ("g", ["h": [:]]),
            ("i", .number(.infinity)), ("j", .integer(.max)), ("k", ""),
        ]
        try fixture.insert([fixture.request(parameters: values)])
        let row = try #require(try fixture.store.runs().first)
        #expect(row.parameters == Mapping(uniqueKeysWithValues: values))
        try fixture.insert([fixture.request(parameters: [("nan", .number(.nan))])])
        #expect(try fixture.store.runs(limit: 1).first?.parameters["nan"]?.doubleValue?.isNaN == true)
    }

    @Test func `a run is found by id, prefix, name and place`() throws {
        let fixture = try StoreFixture()
        let runs = [fixture.request(name: "first"), fixture.request(name: "second"), fixture.request(name: "second")]
        try fixture.insert(runs)
        let store = fixture.store
        #expect(try store.resolve(runs[0].id.description) == runs[0].id)
        #expect(try store.resolve(runs[0].id.short) == runs[0].id)
        #expect(try store.resolve("first") == runs[0].id)
        #expect(try store.resolve("@last") == runs[2].id)
        #expect(try store.resolve("-1") == runs[2].id)
        #expect(try store.resolve("-3") == runs[0].id)
        #expect(throws: StoreError.ambiguousRun("second", candidates: [runs[2].id.short, runs[1].id.short])) {
            try store.resolve("second")
        }
        #expect(throws: StoreError.unknownRun("frist", nearest: "first")) { try store.resolve("frist") }
        #expect(throws: StoreError.unknownRun("-4", nearest: nil)) { try store.resolve("-4") }
        #expect(throws: StoreError.self) { try store.resolve("") }
    }

    @Test func `no hot query walks through all runs`() throws {
        let fixture = try StoreFixture()
        let queries: [(String, String)] = [
            ("list", "SELECT id FROM run WHERE run.number < ? AND run.deleted_at IS NULL ORDER BY number DESC LIMIT ?"),
            (
                "running",
                "SELECT id FROM run WHERE run.number < ? AND run.state IN ('queued', 'running') ORDER BY number DESC"
            ),
            ("by id", "SELECT number FROM run WHERE id = ?"),
            ("by prefix", "SELECT id FROM run WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 6"),
            ("by name", "SELECT id FROM run WHERE name = ? AND deleted_at IS NULL ORDER BY number DESC LIMIT 6"),
            ("by snapshot", "SELECT 1 FROM run WHERE run.snapshot = ?"),
            (
                "open jobs",
                """
                SELECT run.id FROM job JOIN run ON run.number = job.run
                WHERE job.state IN ('queued', 'submitted', 'running') AND job.is_latest ORDER BY job.run, job.ordinal
                """
            ),
            (
                "stop requests",
                "SELECT id FROM stop_request CROSS JOIN run ON run.number = stop_request.run WHERE run.state IN ('queued', 'running')"
            ),
            ("latest job", "SELECT ordinal FROM job WHERE run = ?1 AND step IS ?2 AND split IS ?3 AND is_latest"),
            ("jobs by state", "SELECT state, count(*) FROM job WHERE run = ?1 AND is_latest GROUP BY state"),
            ("series", "SELECT number FROM series WHERE run = ?1 AND key = ?2"),
            ("points", "SELECT points FROM chunk WHERE series = ?1 AND first > ?2 AND first < ?3 ORDER BY first"),
            ("transitions", "SELECT state FROM transition WHERE run = ?1 ORDER BY number"),
            ("parameters", "SELECT name FROM parameter WHERE run BETWEEN ?1 AND ?2 ORDER BY run, name"),
            ("object's runs", "SELECT run.id FROM output JOIN run ON run.number = output.run WHERE output.digest = ?1"),
        ]
        var text = ""
        for (name, sql) in queries {
            let plan = try fixture.store.read { database in
                try SQLQueryPlan.lines(of: sql, in: database)
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN run") }, "\(name)")
            text += "\(name)\n" + plan.map { "    \($0)\n" }.joined()
        }
        try expectGolden(text, "plans.txt")
    }
}
