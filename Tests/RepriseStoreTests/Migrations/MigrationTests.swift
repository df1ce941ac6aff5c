import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `A store of the first format` {
    private let steps = SeriesPoints(steps: [0, 1, 2], times: [10, 20, 30], values: [0.5, .nan, 0.25])

    /// A store as the first format had it, with two runs in two projects, before it is opened.
    private func old(_ fixture: StoreFixture) throws -> (folder: StoreFolder, runs: [RunRequest]) {
        let folder = StoreFolder(fixture.folder + "/old/.reprise")
        let files = LiveFileSystem()
        for path in [folder.root, folder.objects, folder.unfinished, folder.runs] { try files.makeFolder(path) }
        let runs = [fixture.request(name: "one", parameters: [("lr", 0.1)]), fixture.request(name: "two")]
        try connect(to: folder)
            .inDatabase { database in
                _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: migration0001.sql)
                try database.execute(sql: "PRAGMA user_version = 1; PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "INSERT INTO launch VALUES ('launch', 5, '{}')")
                for (run, project) in zip(runs, ["beta", "alpha"]) { try insert(run, project, in: database) }
            }
        return (folder, runs)
    }

    private func insert(_ run: RunRequest, _ project: String, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO run (id, launch, snapshot, name, project, experiment, target, variant, replicate, priority,
                    state, created_at, started_at, ended_at, exit_status)
                VALUES (?, 'launch', ?, ?, ?, 'digits', 'local', 0, 0, 0, 'finished', ?, 6, 7, 0)
                """,
            arguments: [run.id.description, run.snapshot?.description, run.name, project, run.createdAt.milliseconds]
        )
        let number = database.lastInsertedRowID
        try database.execute(
            sql: """
                INSERT INTO request VALUES (?1, ?2);
                INSERT INTO parameter VALUES (?1, 'lr', 0, 'number', 0.1);
                INSERT INTO tag VALUES (?1, 'bare', NULL);
                """,
            arguments: [number, try Value(encoding: run).json(), number, number]
        )
        try database.execute(
            sql: "INSERT INTO series VALUES (NULL, ?, 'loss', 3, 0.25, 2, 30, 0.25, 0.5, 1)",
            arguments: [number]
        )
        let series = database.lastInsertedRowID
        try SQLQuery.run(
            database,
            "INSERT INTO chunk VALUES (NULL, ?1, 0, 3, ?2)",
            series,
            ChunkFormat.encode(steps)
        )
    }

    @Test func `opens with everything that it had`() throws {
        let fixture = try StoreFixture()
        let (folder, runs) = try old(fixture)
        let store = try Store.open(folder.root)
        #expect(try store.runs(order: .oldest).map(\.id) == runs.map(\.id))
        #expect(try store.runs(order: .oldest).map(\.project) == ["beta", "alpha"])
        let record = try store.run(runs[0].id)
        #expect(record.request.parameters == runs[0].parameters)
        #expect(record.request.snapshot == runs[0].snapshot)
        #expect(record.tags == ["bare": .null])
        #expect(record.metrics.map(\.count) == [3])
        let points = try store.points(runs[0].id, "loss")
        #expect(points.steps == steps.steps && points.times == steps.times)
        #expect(points.values.map(\.bitPattern) == steps.values.map(\.bitPattern))
        #expect(try store.integrityProblems().isEmpty)
    }

    @Test func `gets a project for each name, in the order of their first runs, and goes on with its series`() throws {
        let fixture = try StoreFixture()
        let (folder, runs) = try old(fixture)
        let store = try Store.open(folder.root)
        let names = try store.read { database in
            try String.fetchAll(database, sql: "SELECT number || ' ' || name FROM project ORDER BY number")
        }
        #expect(names == ["0 Default", "1 beta", "2 alpha"])
        let more = SeriesPoints(steps: [3], times: [40], values: [1])
        try store.ingest([
            IngestBatch(
                run: runs[0].id,
                time: Timestamp(milliseconds: 50),
                columns: [MetricColumn(key: "loss", points: more)]
            )
        ])
        #expect(try store.points(runs[0].id, "loss").times == [10, 20, 30, 40])
        #expect(try Store.open(folder.root).runs().count == 2)
    }
}
