import OrderedCollections
import RepriseComparison
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTracking
import Testing

@testable import Reprise

/// Runs that clients logged, and what the verbs make of them.
@Suite(.serialized) struct `A run that a client logged` {
    private let lab: LaboratoryFolder
    private let store: Store

    init() throws {
        lab = try LaboratoryFolder()
        store = try lab.laboratory.store(makingIn: lab.path)
    }

    @discardableResult
    private func log(_ name: String, loss: [Double] = [], parameters: [(String, String)] = []) async throws -> RunID {
        var generator = EntropyGenerator(LiveEntropy())
        let id = RunID(using: &generator)
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        _ = try await store.createRun(ClientRun(id: id, name: name, project: 0, user: "ada", start: start))
        let steps = loss.indices.map(Int64.init)
        let points = SeriesPoints(steps: steps, times: steps, values: loss)
        let columns = loss.isEmpty ? [] : [MetricColumn(key: "loss", points: points)]
        let tags = [("team", "a")]
        try await store.log(LoggedBatch(run: id, columns: columns, parameters: parameters, tags: tags))
        return id
    }

    @Test func `is listed, queried, shown, compared and drawn`() async throws {
        let one = try await log("one", loss: [3, 2, 1], parameters: [("lr", "0.01"), ("flag", "True")])
        let two = try await log("two", loss: [3, 4], parameters: [("lr", "0.1")])
        let rows = try lab.laboratory.list()
        #expect(rows.map(\.name) == ["two", "one"])
        #expect(rows.map(\.state) == [.running, .running])
        #expect(rows.allSatisfy { $0.origin == "client" && $0.snapshot == nil && $0.project == "Default" })
        #expect(try lab.laboratory.query("lr < 0.05 and metrics.loss.min == 1 and tag('team')").map(\.id) == [one])
        #expect(try lab.laboratory.list(ListFilter(project: "Default", sort: "-metrics.loss")).map(\.id) == [two, one])
        let sql = try lab.laboratory.sql("SELECT name, launch, snapshot FROM runs ORDER BY name")
        #expect(sql.rows == [["one", nil, nil], ["two", nil, nil]].map { $0.map { $0.map(Value.string) ?? .null } })
        let record = try lab.laboratory.show(one)
        #expect(record.origin == "client" && record.user == "ada" && record.jobs.isEmpty)
        #expect(record.request.parameters.map(\.name) == ["lr", "flag"])
        #expect(record.metrics.map(\.last) == [1])
        #expect(try lab.laboratory.points(one, key: "loss").map(\.value) == [3, 2, 1])
        let comparison = try lab.laboratory.compare([one, two])
        #expect(comparison.rows.contains { $0.name == "lr" && $0.differs })
    }

    @Test func `is exported in every form`() async throws {
        let run = try await log("one", loss: [0.5], parameters: [("lr", "0.01")])
        let csv = try lab.laboratory.exportText([run], as: .csv)
        #expect(csv.contains("\(run),one,Default,Default,running,"))
        let json = try Value(json: lab.laboratory.exportText([run], as: .json))
        #expect(json[path: "0.origin"] == "client" || json.listValue?.first?.mapValue?["origin"] == "client")
        let crate = try lab.laboratory.export([run], as: .rocrate, to: "crate")
        let metadata = try Value(json: LiveFileSystem().text(crate + "/ro-crate-metadata.json"))
        let action = metadata[path: "@graph"]?.listValue?.first { $0[path: "@id"] == .string("#run-\(run)") }
        #expect(action?[path: "actionStatus"] == "ActiveActionStatus")
        #expect(action?.mapValue?["instrument"] == nil)
    }

    @Test func `is waited for until its client ends it`() async throws {
        let run = try await log("one")
        let (laboratory, store) = (lab.laboratory, store)
        let rows = try await withThrowingTaskGroup(of: [RunRow].self) { group in
            group.addTask { try await laboratory.wait([run]) }
            group.addTask {
                _ = try await store.updateRun(
                    run,
                    state: .finished,
                    endedAt: Timestamp(milliseconds: 1_700_000_001_000)
                )
                return []
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(rows.map(\.state) == [.finished])
    }

    @Test func `is no concern of a supervisor`() async throws {
        let run = try await log("one")
        #expect(try lab.laboratory.openRuns().isEmpty)
        try lab.laboratory.requestStop([run])
        #expect(try await store.stopRequests().isEmpty)
        try await lab.laboratory.superviseInBackground()
        #expect(try lab.laboratory.show(run).state == .running)
    }

    @Test func `is marked as cancelled where it is to be stopped, once`() async throws {
        let run = try await log("one")
        #expect(try await lab.laboratory.endRunsOfClients([run]) == 1)
        #expect(try await lab.laboratory.endRunsOfClients([run]) == 0)
        let record = try lab.laboratory.show(run)
        #expect(record.state == .cancelled)
        #expect(record.endedAt != nil)
    }

    @Test func `is deleted and brought back, even while it runs`() async throws {
        let run = try await log("one")
        try lab.laboratory.delete([run])
        #expect(try lab.laboratory.list().isEmpty)
        #expect(try lab.laboratory.list(ListFilter(deleted: true)).map(\.id) == [run])
        try lab.laboratory.restore([run])
        #expect(try lab.laboratory.list().map(\.id) == [run])
    }

    @Test func `is refused in plain words where code or a log is needed`() async throws {
        let run = try await log("one")
        _ = try await store.updateRun(run, state: .failed, endedAt: Timestamp(milliseconds: 1_700_000_001_000))
        let repeated = await #expect(throws: Mistake.self) { try await lab.laboratory.repeat(run) }
        #expect(repeated?.code == "no-snapshot")
        let resumed = #expect(throws: Mistake.self) { try lab.laboratory.resume([run]) }
        #expect(resumed?.code == "not-launched")
        let logs = #expect(throws: Mistake.self) { try lab.laboratory.logs(run) }
        #expect(logs?.what == "run `\(run.short)` has no log")
    }
}

@Suite(.serialized) struct `A run that Reprise launched` {
    @Test func `is seen by clients with its parameters as text, its metrics and where it comes from`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            name: steady
            parameters: {lr: 0.01, deep: true, n: 3}
            tags: [baseline]
            resources: {cpus: 1}
            command: echo '{"step":1,"loss":0.5}' >> "$REPRISE_METRICS"
            """
        ])
        let record = try #require(try await lab.run().first)
        let store = try lab.laboratory.store()
        let project = try #require(try store.project(named: record.request.project))
        func found(_ filter: String) throws -> [LoggedRun] {
            let question = SearchQuestion(filter: filter)
            return try store.searchRuns(RunSearch(projects: [project.number], question: question)).items
        }
        for filter in [
            "", "params.lr = '0.01' and params.deep = 'true' and params.n LIKE '3'", "metrics.loss = 0.5",
            "status = 'FINISHED' and run_name LIKE '%'", "tags.baseline = ''", "tags.`reprise.experiment` = 'steady'",
            "tags.reprise.launch = '\(record.request.launch)'", "tags.reprise.snapshot IS NOT NULL",
            "start_time > 1600000000000 and end_time > 1600000000000",
        ] {
            #expect(try found(filter).map(\.id) == [record.id], "\(filter)")
        }
        #expect(try found("tags.reprise.experiment != 'steady' or params.lr = '0.010'").isEmpty)
        let run = try #require(try found("").first)
        #expect(run.parameters.map(\.text) == ["0.01", "true", "3"])
        #expect(run.tags.contains { $0.name == "reprise.experiment" && $0.text == "steady" })
        let alone = try #require(try store.loggedRun(record.id))
        #expect(alone.tags.map(\.name) == run.tags.map(\.name) && alone.tags.map(\.text) == run.tags.map(\.text))
        #expect(alone.metrics == run.metrics && alone.artifactRoot == run.artifactRoot)
        #expect(try found("artifact_uri = '\(run.artifactRoot)'").count == 1)
    }
}
