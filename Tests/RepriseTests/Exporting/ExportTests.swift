import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import Reprise

@Suite struct `Exported runs` {
    @Test func `become rows with a column for every parameter and metric`() throws {
        let runs = try [
            .sample(1, parameters: [Parameter(name: "lr", value: 0.1, origin: "a")], metrics: ["loss": 0.25]),
            .sample(2, parameters: [Parameter(name: "text", value: "a, \"b\"\nc", origin: "a")]),
        ]
        .map { try #require($0 as RunRecord?) }
        try expectGolden(RunTable(runs: runs).csv, "runs.csv")
    }

    @Test func `leave nothing behind where the disk is full`() async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "command: echo 1 > out\noutputs: [out]\n"])
        let run = try #require(try await lab.run().first).id
        let names = try LiveFileSystem().names(in: lab.path)
        var failures = 0
        while true {
            var world = World.live(variables: [:])
            world.files = FailingFileSystem(failing: failures + 1)
            do {
                _ = try Laboratory(world: world, folder: lab.path).export([run], as: .rocrate, to: "crate")
                break
            } catch {
                failures += 1
                #expect(try LiveFileSystem().names(in: lab.path) == names, "call \(failures)")
            }
        }
        #expect(failures > 5)
        #expect(try LiveFileSystem().names(in: lab.path) == (names + ["crate"]).sorted())
    }

    @Test func `become a research object that names each file once`() throws {
        let digest = try #require(Digest(String(repeating: "ab", count: 32)))
        let output = OutputRecord(path: "model.json", digest: digest, bytes: 12, mode: 0o644)
        let run = try #require(
            RunRecord.sample(1, parameters: [Parameter(name: "lr", value: 0.1, origin: "a")], outputs: [output])
        )
        let crate = ROCrate(runs: [run], createdAt: Timestamp(milliseconds: 1_800_000_000_000), version: "1.0.0")
        try expectGolden(crate.metadata, "ro-crate-metadata.json")
        let graph = try #require(Value(json: crate.metadata)[path: "@graph"]?.listValue)
        #expect(Set(graph.compactMap { $0[path: "@id"] }).count == graph.count)
    }
}

extension RunRecord {
    /// A finished run, for tests that do not care which.
    static func sample(
        _ number: Int,
        parameters: [Parameter] = [],
        metrics: [String: Double] = [:],
        outputs: [OutputRecord] = []
    ) -> RunRecord? {
        guard let id = RunID(String(repeating: "0", count: 31) + String(number)),
            let snapshot = Digest(String(repeating: "0", count: 64))
        else { return nil }
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        let request = RunRequest(
            id: id,
            name: "sample-\(number)",
            project: "project",
            experiment: "sample",
            launch: "launch",
            parameters: parameters,
            seed: Seed(7),
            snapshot: snapshot,
            steps: [StepRequest(command: .list([[.text("true")]]))],
            createdAt: start
        )
        let summaries = metrics.sorted { $0.key < $1.key }
            .map { key, value in
                SeriesSummary(key: key, count: 1, last: value, lastStep: 0, lastTime: start, min: value, max: value)
            }
        return RunRecord(
            request: request,
            state: .finished,
            startedAt: start,
            endedAt: start.advanced(by: .seconds(2)),
            exitStatus: 0,
            metrics: summaries,
            outputs: outputs
        )
    }
}
