import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseStore

@Suite struct `Logged models` {
    private let fixture: StoreFixture
    private let run: RunID

    init() throws {
        fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        run = request.id
    }

    private var store: Store { fixture.store }

    private func model(
        _ id: String,
        parameters: Mapping = [:],
        tags: Mapping = [:]
    ) async throws -> LoggedModel {
        try await store.createLoggedModel(
            NewLoggedModel(
                id: id,
                project: 0,
                name: "model \(id)",
                sourceRun: run.description,
                parameters: parameters,
                tags: tags
            )
        )
    }

    private func metric(
        _ model: String,
        _ value: Double,
        step: Int64 = 0,
        key: String = "accuracy",
        dataset: String? = nil
    ) -> ModelMetric {
        ModelMetric(
            model: model,
            key: key,
            value: value,
            time: 5 + step,
            step: step,
            run: run,
            datasetName: dataset,
            datasetDigest: dataset.map { "of \($0)" }
        )
    }

    private func log(_ metrics: [ModelMetric]) async throws {
        try await store.log(LoggedBatch(run: run, modelMetrics: metrics))
    }

    private func found(_ search: LoggedModelSearch) throws -> [String] {
        try store.searchLoggedModels(search).items.map(\.id)
    }

    @Test func `it is made, finished, tagged and deleted`() async throws {
        let made = try await model("m-1", parameters: ["depth": "3"], tags: ["kind": "tree"])
        #expect(made.status == .pending)
        #expect(made.artifactLocation == "mlflow-artifacts:/0/models/m-1/artifacts")
        #expect(try await store.finalizeLoggedModel("m-1", status: .ready).status == .ready)
        try await store.tagLoggedModel("m-1", ["kind": "forest", "empty": ""])
        #expect(try store.loggedModel("m-1").tags == ["empty": "", "kind": "forest"])
        try await store.untagLoggedModel("m-1", "empty")
        await #expect(throws: ModelError.unknownModelTag(model: "m-1", tag: "empty")) {
            try await store.untagLoggedModel("m-1", "empty")
        }
        try await store.deleteLoggedModel("m-1")
        #expect(throws: ModelError.unknownModel("m-1")) { try store.loggedModel("m-1") }
        #expect(try store.loggedModel("m-1", includingDeleted: true).deletedAt != nil)
    }

    @Test func `parameters are set once`() async throws {
        _ = try await model("m-1", parameters: ["depth": "3"])
        try await store.setLoggedModelParameters(["depth": "3", "width": "8"], of: "m-1")
        await #expect(
            throws: ModelError.modelParameterChanged(model: "m-1", key: "depth", old: "3", new: "4")
        ) { try await store.setLoggedModelParameters(["new": "1", "depth": "4"], of: "m-1") }
        #expect(try store.loggedModel("m-1").parameters == ["depth": "3", "width": "8"])
    }

    @Test func `what is not there is said so`() async throws {
        await #expect(throws: ModelError.unknownModel("m-9")) { try await store.tagLoggedModel("m-9", ["a": "b"]) }
        await #expect(throws: ModelError.unknownModel("m-9")) { try await log([metric("m-9", 1)]) }
        await #expect(throws: StoreError.unknownProject("77")) {
            try await store.createLoggedModel(NewLoggedModel(id: "m-1", project: 77, name: "n"))
        }
    }

    @Test func `a measurement is kept once, on each dataset`() async throws {
        _ = try await model("m-1")
        let batch = [
            metric("m-1", 0.5), metric("m-1", 0.5, dataset: "test"), metric("m-1", .nan, step: 1),
            metric("m-1", .infinity, step: 2),
        ]
        for _ in 0..<2 { try await log(batch) }
        let kept = try store.loggedModel("m-1").metrics
        #expect(kept.count == 4)
        #expect(kept[2].value.isNaN && kept[3].value == .infinity)
        #expect(kept[1] == batch[1])
    }

    @Test func `a batch with an unknown model keeps nothing`() async throws {
        _ = try await model("m-1")
        await #expect(throws: ModelError.unknownModel("m-9")) {
            try await log([metric("m-1", 1), metric("m-9", 1)])
        }
        #expect(try store.loggedModel("m-1").metrics.isEmpty)
    }

    @Test func `models are found by what is known of them`() async throws {
        _ = try await model("m-1", parameters: ["depth": "3"], tags: ["kind": "tree"])
        _ = try await model("m-2", parameters: ["depth": "4"])
        _ = try await store.finalizeLoggedModel("m-2", status: .ready)
        _ = try await model("m-3")
        try await store.deleteLoggedModel("m-3")
        try await log([
            metric("m-1", 0.9, dataset: "train"), metric("m-1", 0.4, dataset: "test"),
            metric("m-2", 0.6, dataset: "test"),
        ])
        let filters: [(String, [String])] = [
            ("", ["m-1", "m-2"]), ("params.depth = '3'", ["m-1"]), ("tags.kind LIKE 'tr%'", ["m-1"]),
            ("status = 'READY'", ["m-2"]), ("metrics.accuracy > 0.5", ["m-1", "m-2"]),
            ("metrics.accuracy > 0.7 AND name = 'model m-1'", ["m-1"]), ("model_id IN ('m-2', 'm-3')", ["m-2"]),
            ("source_run_id = '\(run)' and creation_time > 5", ["m-1", "m-2"]), ("metrics.loss < 5", []),
        ]
        for (filter, expected) in filters {
            #expect(try found(LoggedModelSearch(projects: [0], filter: filter)).sorted() == expected, "\(filter)")
        }
        #expect(try found(LoggedModelSearch(projects: [])).isEmpty)
        let onTest = LoggedModelSearch(
            projects: [0],
            filter: "metrics.accuracy > 0.5",
            datasets: [.init(name: "test", digest: "of test")]
        )
        #expect(try found(onTest) == ["m-2"])
        #expect(try found(LoggedModelSearch(projects: [0], datasets: [.init(name: "train")])) == ["m-1"])
    }

    @Test func `the order is by the latest value on the dataset, and pages go on where they ended`() async throws {
        for id in ["m-1", "m-2", "m-3", "m-4"] { _ = try await model(id) }
        try await log([
            metric("m-1", 0.1, dataset: "it's"), metric("m-1", 0.9, step: 1, dataset: "it's"),
            metric("m-2", 0.5, dataset: "it's"), metric("m-3", 0.7, dataset: "it's"), metric("m-3", 0.0, step: 7),
        ])
        var search = LoggedModelSearch(
            projects: [0],
            order: [.init(field: "metrics.accuracy", isAscending: false, dataset: .init(name: "it's"))],
            limit: 2
        )
        let first = try store.searchLoggedModels(search)
        #expect(first.items.map(\.id) == ["m-1", "m-3"])
        #expect(first.nextToken != nil)
        search.pageToken = first.nextToken
        let second = try store.searchLoggedModels(search)
        #expect(second.items.map(\.id) == ["m-2", "m-4"])
        #expect(second.nextToken == nil)
    }

    @Test(arguments: ["bogus", "params.depth"])
    func `an order that cannot be is refused`(field: String) throws {
        let search = LoggedModelSearch(projects: [0], order: [.init(field: field)])
        let error = try #require(throws: Mistake.self) { try store.searchLoggedModels(search) }
        #expect(error.what.hasPrefix("Invalid order by field name: \(field)"))
    }

    @Test func `gc takes deleted models with their files`() async throws {
        for id in ["m-1", "m-2"] {
            _ = try await model(id)
            try await store.logOutputs(of: run, models: [ModelOutput(id: id)])
            let file = "0/models/\(id)/artifacts/MLmodel"
            try store.write {
                try $0.execute(sql: "INSERT INTO artifact VALUES ('\(file)', '\(SHA256Hasher.digest(of: []))', 0, 0)")
            }
        }
        try await store.deleteLoggedModel("m-1")
        let later = LiveWallClock().now().advanced(by: .seconds(60))
        #expect(try store.gc(GarbageRule(deletedBefore: later, isDryRun: true)).models == ["m-1"])
        #expect(try store.gc(GarbageRule(deletedBefore: later)).models == ["m-1"])
        #expect(throws: ModelError.unknownModel("m-1")) { try store.loggedModel("m-1", includingDeleted: true) }
        #expect(try store.loggedModel("m-2").id == "m-2")
        let left = try store.read { try SQLQuery.number($0, "SELECT count(*) FROM artifact") }
        let links = try store.read { try SQLQuery.number($0, "SELECT count(*) FROM run_model") }
        #expect(left == 1 && links == 1)
    }
}
