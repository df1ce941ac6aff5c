import GRDB
import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseStore

@Suite struct `What runs read and made` {
    private let digits = DatasetInput(
        dataset: Dataset(
            name: "digits",
            digest: "a1b2",
            sourceType: "local",
            source: "{\"uri\":\"digits.csv\"}",
            schema: "{}"
        ),
        tags: [DatasetInput.contextTag: "training", "split": "80"]
    )

    private func runs(_ count: Int, in fixture: StoreFixture) throws -> [RunID] {
        let requests = (0..<count).map { _ in fixture.request() }
        try fixture.insert(requests)
        return requests.map(\.id)
    }

    private func numbers(_ runs: [RunID], _ store: Store) throws -> [Int64] {
        try store.read { database in try runs.map { try database.knownNumber(of: $0) } }
    }

    private func count(_ table: String, _ store: Store) throws -> Int64? {
        try store.read { try SQLQuery.number($0, "SELECT count(*) FROM \(table)") }
    }

    @Test func `a dataset is read back with its tags, and a repeated call changes nothing`() async throws {
        let fixture = try StoreFixture()
        let run = try runs(1, in: fixture)[0]
        for _ in 0..<2 {
            try await fixture.store.logInputs(of: run, datasets: [digits, digits], models: ["m-1", "m-0", "m-1"])
            try await fixture.store.logOutputs(of: run, models: [ModelOutput(id: "m-2", step: 3)])
        }
        // What is known stays as it was told first.
        try await fixture.store.logOutputs(of: run, models: [ModelOutput(id: "m-2", step: 9)])
        let number = try numbers([run], fixture.store)[0]
        let expected = RunLineage(
            datasets: [digits],
            modelsRead: ["m-1", "m-0"],
            modelsMade: [ModelOutput(id: "m-2", step: 3)]
        )
        #expect(try fixture.store.lineages(of: [number]) == [number: expected])
    }

    @Test func `a page of runs is read at once, without those that have none`() async throws {
        let fixture = try StoreFixture()
        let ids = try runs(3, in: fixture)
        let numbers = try numbers(ids, fixture.store)
        #expect(try fixture.store.lineages(of: numbers).isEmpty)
        try await fixture.store.logInputs(of: ids[0], datasets: [digits])
        try await fixture.store.logInputs(of: ids[2], datasets: [], models: ["m-1"])
        let lineages = try fixture.store.lineages(of: numbers)
        #expect(Set(lineages.keys) == [numbers[0], numbers[2]])
        #expect(lineages[numbers[0]]?.datasets == [digits])
        #expect(lineages[numbers[2]] == RunLineage(modelsRead: ["m-1"]))
    }

    @Test func `what is written to an unknown or a deleted run is refused`() async throws {
        let fixture = try StoreFixture()
        let run = try runs(1, in: fixture)[0]
        let stranger = fixture.runID()
        await #expect(throws: StoreError.unknownRun(stranger.description, nearest: nil)) {
            try await fixture.store.logInputs(of: stranger, datasets: [digits])
        }
        try fixture.store.write { try $0.execute(sql: "UPDATE run SET deleted_at = 1") }
        await #expect(throws: StoreError.runDeleted(run)) {
            try await fixture.store.logInputs(of: run, datasets: [digits])
        }
        #expect(try count("dataset", fixture.store) == 0)
    }

    @Test func `datasets are told apart by project, name, digest and context`() async throws {
        let fixture = try StoreFixture()
        let ids = try runs(2, in: fixture)
        var other = digits
        other.tags = [DatasetInput.contextTag: "eval"]
        var plain = digits
        plain.dataset.digest = "0000"
        plain.tags = [:]
        try await fixture.store.logInputs(of: ids[0], datasets: [digits])
        try await fixture.store.logInputs(of: ids[1], datasets: [other, plain])
        #expect(try count("dataset", fixture.store) == 2)
        let project = try #require(
            try fixture.store.read { try SQLQuery.number($0, "SELECT project FROM dataset LIMIT 1") }
        )
        let summaries = try fixture.store.datasetSummaries(projects: [project, project, 9999])
        #expect(
            summaries == [
                DatasetSummary(project: project, name: "digits", digest: "0000", context: nil),
                DatasetSummary(project: project, name: "digits", digest: "a1b2", context: "eval"),
                DatasetSummary(project: project, name: "digits", digest: "a1b2", context: "training"),
            ]
        )
    }

    @Test func `a run that is removed for good leaves nothing behind`() async throws {
        let fixture = try StoreFixture()
        let ids = try runs(2, in: fixture)
        var alone = digits
        alone.dataset.name = "alone"
        try await fixture.store.logInputs(of: ids[0], datasets: [digits, alone], models: ["m-1"])
        try await fixture.store.logInputs(of: ids[1], datasets: [digits])
        try fixture.store.write { try $0.execute(sql: "DELETE FROM run WHERE id = '\(ids[0])'") }
        #expect(try count("dataset", fixture.store) == 1)
        #expect(try count("run_dataset_tag", fixture.store) == 2)
        #expect(try count("run_model", fixture.store) == 0)
        try fixture.store.write { try $0.execute(sql: "DELETE FROM run") }
        for table in ["dataset", "run_dataset", "run_dataset_tag"] {
            #expect(try count(table, fixture.store) == 0, "\(table)")
        }
    }

    @Test func `the older list of logged models grows by what is new`() async throws {
        let fixture = try StoreFixture()
        let run = try runs(1, in: fixture)[0]
        for path in ["a", "a", "b"] { try await fixture.store.addModelInfo(["artifact_path": .string(path)], to: run) }
        let tag = try fixture.store.run(run).tags["mlflow.log-model.history"]
        #expect(tag == #"[{"artifact_path":"a"},{"artifact_path":"b"}]"#)
    }
}
