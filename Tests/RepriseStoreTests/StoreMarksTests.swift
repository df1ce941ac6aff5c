import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem
import Testing

@Suite struct `What is added to a run` {
    @Test func `tags are set, changed and taken away`() throws {
        let fixture = try StoreFixture()
        let run = fixture.request(tags: ["baseline"])
        try fixture.insert([run])
        try fixture.store.tag(run.id, "best")
        try fixture.store.tag(run.id, "owner", "ab")
        try fixture.store.tag(run.id, "owner", "cd")
        #expect(try fixture.store.run(run.id).tags == ["baseline": .null, "best": .null, "owner": "cd"])
        #expect(try fixture.store.untag(run.id, "baseline"))
        #expect(try !fixture.store.untag(run.id, "baseline"))
        #expect(try fixture.store.run(run.id).tags.keys == ["best", "owner"])
    }

    @Test func `a note counts once, in the order in which notes came`() throws {
        let fixture = try StoreFixture()
        let run = fixture.request()
        try fixture.insert([run])
        for text in ["z", "a", "z"] { try fixture.store.note(text, on: run.id) }
        #expect(try fixture.store.run(run.id).notes == ["z", "a"])
    }

    @Test func `verdict, machine and facts are kept`() throws {
        let fixture = try StoreFixture()
        let run = fixture.request()
        try fixture.insert([run])
        #expect(try fixture.store.verdict(run.id) == nil)
        try fixture.store.save(verdict: ["same": true], of: run.id)
        let machine = MachineRecord(facts: ["system": "Debian"])
        try fixture.store.save(machine, of: run.id)
        let record = try fixture.store.run(run.id)
        #expect(record.verdict == ["same": true])
        #expect(record.machine == machine)
        try fixture.store.setFact("initials", "ab")
        #expect(try fixture.open().fact("initials") == "ab")
        try fixture.store.setFact("initials", nil)
        #expect(try fixture.store.fact("initials") == nil)
    }

    @Test func `snapshots are found by id, name and prefix`() throws {
        let fixture = try StoreFixture()
        func snapshot(_ text: String, _ name: String?) -> SnapshotRecord {
            let manifest = SnapshotManifest(code: CodeTree(tree: text), data: [], environment: EnvironmentFingerprint())
            return SnapshotRecord(
                id: SHA256Hasher.digest(of: Array(text.utf8)),
                name: name,
                project: "p",
                manifest: manifest,
                createdAt: Timestamp(milliseconds: Int64(text.utf8.count))
            )
        }
        let named = snapshot("a", "ab/p/2026-01-01/first")
        let bare = snapshot("bb", nil)
        for record in [named, bare] { try fixture.store.save(record) }
        #expect(try fixture.store.snapshots() == [bare, named])
        #expect(try fixture.store.resolveSnapshot("ab/p") == named)
        #expect(try fixture.store.resolveSnapshot(bare.id.short) == bare)
        #expect(throws: StoreError.unknownSnapshot("ab/p/2026-01-01/frist", nearest: "ab/p/2026-01-01/first")) {
            try fixture.store.resolveSnapshot("ab/p/2026-01-01/frist")
        }
        var renamed = bare
        renamed.name = named.name
        #expect(throws: StoreError.snapshotNameTaken("ab/p/2026-01-01/first")) { try fixture.store.save(renamed) }
        renamed.name = "ab/p/2026-01-02/second"
        try fixture.store.save(renamed)
        try fixture.store.save(bare)
        #expect(try fixture.store.snapshot(bare.id) == renamed)
    }
}

@Suite struct `Read-only SQL` {
    @Test func `the views show runs, parameters, tags, metrics and outputs`() throws {
        let fixture = try StoreFixture()
        let run = fixture.request(parameters: [("lr", 0.5)], tags: ["baseline"])
        try fixture.insert([run])
        let result = try fixture.store.readOnlySQL(
            "SELECT runs.name, params.value, tags.name AS tag FROM runs JOIN params ON params.run = id JOIN tags ON tags.run = id;"
        )
        #expect(result.columns == ["name", "value", "tag"])
        #expect(result.rows == [["digits", 0.5, "baseline"]])
        #expect(try fixture.store.readOnlySQL("SELECT * FROM metrics JOIN outputs USING (run)").rows.isEmpty)
    }

    @Test(arguments: [
        "DELETE FROM run", "PRAGMA journal_mode = DELETE", "ATTACH 'other.db' AS x", "SELECT 1; SELECT 2", "",
        "SELECT * FROM",
        "SELECT load_extension('x')", "CREATE TEMP TABLE t (a)", "WITH x AS (SELECT 1) UPDATE run SET name = 'x'",
    ])
    func `nothing but one query is let through`(sql: String) throws {
        let fixture = try StoreFixture()
        let error = try #require(throws: StoreError.self) { try fixture.store.readOnlySQL(sql) }
        #expect(error.code == "sql-refused")
    }

    @Test func `rows and time are bounded`() throws {
        let fixture = try StoreFixture()
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        let few = try fixture.store.readOnlySQL(endless, limit: 3)
        #expect(few.rows == [[1], [2], [3]])
        #expect(few.isTruncated)
        #expect(throws: StoreError.slowSQL(milliseconds: 20)) {
            try fixture.store.readOnlySQL("SELECT max(i) FROM (\(endless))", time: .milliseconds(20))
        }
    }
}
