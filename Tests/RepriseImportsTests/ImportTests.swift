import Foundation
import OrderedCollections
import Reprise
import RepriseImports
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTracking
import Testing

/// The histories were written by MLflow's own clients, 2.22.5 and 3.17.2, with `Golden/make-history.py`.
@Suite final class `Histories of MLflow` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-import-\(UUID().uuidString)")
        .path
    private let files = LiveFileSystem()
    private let laboratory: Laboratory

    init() throws {
        try files.makeFolder(folder)
        laboratory = Laboratory(world: .live(variables: [:]), folder: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A copy: whoever made it may have left folders empty, which no repository keeps.
    private func sample(_ name: String) throws -> String {
        let copy = folder + "/" + name
        let original = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)").path
        try FileManager.default.copyItem(atPath: original, toPath: copy)
        return copy
    }

    private func run(named name: String) throws -> RunID {
        try laboratory.store().resolve(name)
    }

    private static let samples = ["folder-3", "folder-2", "sqlite-3.db", "sqlite-2.db"]

    @Test(arguments: samples) func `everything of a run is here`(_ name: String) async throws {
        let report = try await laboratory.importMLflow(ImportOptions(source: sample(name)))
        #expect(report.faults == [])
        #expect(report.newRuns == 5)
        #expect(report.points == (name.contains("3") ? 30 : 29))
        let store = try laboratory.store()
        let owl = try run(named: "bold-owl")
        let logged = try #require(try store.loggedRun(owl))
        #expect(logged.state == .finished)
        #expect(logged.user == "ann")
        #expect(logged.origin == "import")
        #expect(logged.startedAt == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(logged.createdAt == logged.startedAt)
        #expect(logged.endedAt == Timestamp(milliseconds: 1_700_000_060_000))
        #expect(
            Dictionary(uniqueKeysWithValues: logged.parameters.map { ($0.name, $0.text) }) == [
                "lr": "0.01", "depth": "3", "name": "a: b # c", "opt/beta": "0.90",
            ]
        )
        let tags = Dictionary(uniqueKeysWithValues: logged.tags.map { ($0.name, $0.text) })
        #expect(tags["stage"] == "final: yes")
        #expect(tags["mlflow.runName"] == "bold-owl")
        let loss = try store.points(owl, "loss")
        let times: [Int64] = (0..<20).map { 1_700_000_000_000 + 1000 * $0 }
        let values: [Double] = (0..<20).map { 1 / Double($0 + 1) }
        #expect(Array(loss.steps.prefix(20)) == Array(0..<20))
        #expect(Array(loss.times.prefix(20)) == times)
        #expect(Array(loss.values.prefix(20)) == values)
        #expect(try store.points(owl, "odd").values.filter(\.isNaN).count == 2)
        #expect(try store.points(owl, "late").values == [.infinity])
        let accuracy = try store.points(owl, "acc/train")
        #expect(accuracy.values.sorted() == [1e-300, 0.25, 0.5])
        #expect(accuracy.steps.sorted() == [-3, 0, 0])
    }

    @Test(arguments: samples) func `states, deletion and projects are those of the source`(_ name: String) async throws
    {
        _ = try await laboratory.importMLflow(ImportOptions(source: sample(name)))
        let store = try laboratory.store()
        let states = try ["calm-cat", "still-on"].map { try #require(try store.loggedRun(run(named: $0))).state }
        #expect(states == [.failed, .running])
        let digits = try #require(try store.project(named: "digits"))
        #expect(digits.deletedAt == nil)
        #expect(digits.tags["team"] == "vision")
        #expect(digits.tags["note"] == "two\nlines")
        #expect(try #require(try store.project(named: "given up")).deletedAt != nil)
        #expect(try laboratory.list(ListFilter(deleted: true)).map(\.name).contains("dead-dog"))
    }

    @Test(arguments: samples) func `a second import changes nothing, and a third adds what is new`(
        _ name: String
    ) async throws {
        let source = try sample(name)
        _ = try await laboratory.importMLflow(ImportOptions(source: source))
        let again = try await laboratory.importMLflow(ImportOptions(source: source))
        #expect(again.newRuns + again.changedRuns + again.files == 0)
        #expect(again.points == 0)
        guard name.hasPrefix("folder") else { return }
        let metric = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: source).first { $0.hasSuffix("metrics/late") }
        )
        try files.append(Array("1700000000010 2.5 8\nnoise\n".utf8), to: source + "/" + metric)
        let third = try await laboratory.importMLflow(ImportOptions(source: source))
        #expect(third.points == 1)
        #expect(third.faultCount == 1)
        #expect(try laboratory.store().points(run(named: "bold-owl"), "late").values == [.infinity, 2.5])
    }

    @Test func `files come by content, under the paths that they had`() async throws {
        let report = try await laboratory.importMLflow(ImportOptions(source: sample("folder-3")))
        #expect(report.files == 2)
        let outputs = try laboratory.store().outputs(run(named: "bold-owl"))
        #expect(outputs.map(\.path) == ["deep/er folder/notes.txt", "notes.txt"])
        #expect(Set(outputs.map(\.digest)) == [SHA256Hasher.digest(of: "hello\n".utf8)])
    }

    @Test func `what is damaged is named and left out, and the rest comes`() async throws {
        let source = try sample("folder-3")
        let all = try FileManager.default.subpathsOfDirectory(atPath: source).filter { $0.hasSuffix("/meta.yaml") }
        // `EXPERIMENT/RUN/meta.yaml`, and RUN has 32 digits.
        let broken = try #require(all.first { $0.split(separator: "/").dropFirst().first?.count == 32 })
        try files.write("status: [", to: source + "/" + broken)
        let report = try await laboratory.importMLflow(ImportOptions(source: source))
        #expect(report.newRuns == 4)
        #expect(report.faultCount == 1)
        #expect(report.faults[0].contains(RepriseSystem.folder(of: broken)))
    }

    @Test func `a dry run counts and keeps nothing`() async throws {
        let report = try await laboratory.importMLflow(ImportOptions(source: sample("sqlite-3.db"), isDryRun: true))
        #expect(report.runs == 5)
        #expect(report.newRuns == 0)
        #expect(throws: StoreError.self) { try laboratory.store() }
    }

    @Test func `one experiment comes alone, and an unknown one is an error`() async throws {
        let source = try sample("sqlite-2.db")
        let report = try await laboratory.importMLflow(ImportOptions(source: source, projects: ["given up"]))
        #expect(report.newRuns == 1)
        let error = await #expect(throws: Mistake.self) {
            try await self.laboratory.importMLflow(ImportOptions(source: source, projects: ["digit"]))
        }
        #expect(error?.fix == "did you mean `digits`?")
    }

    @Test func `what is no history is refused with the way out`() async throws {
        try files.write("nothing", to: folder + "/notes.txt")
        try files.makeFolder(folder + "/empty")
        for (source, code) in [
            ("notes.txt", "not-mlflow"), ("empty", "not-mlflow"), ("absent", "source-missing"),
            ("s3://bucket/x", "bad-address"),
            (".reprise/reprise.db", "source-missing"), ("postgresql://host/mlflow", "bad-address"),
        ] {
            let error = await #expect(throws: Mistake.self) {
                try await self.laboratory.importMLflow(ImportOptions(source: source))
            }
            #expect(error?.code == code, "\(source)")
        }
    }

    @Test func `the same run from two sources is one run`() async throws {
        let source = try sample("sqlite-3.db")
        _ = try await laboratory.importMLflow(ImportOptions(source: "sqlite:///" + source))
        let report = try await laboratory.importMLflow(ImportOptions(source: source))
        #expect(report.newRuns == 0)
    }
}
