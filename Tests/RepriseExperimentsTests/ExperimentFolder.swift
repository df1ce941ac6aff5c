import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseExperiments

/// A folder of its own for one test, removed when the test lets go of it.
final class ExperimentFolder: Sendable {
    let path: String

    init(_ texts: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "experiments-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in texts { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, executable: Bool = false) throws {
        let file = "\(path)/\(name)"
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        if executable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file) }
    }

    func load(_ name: String = "a.exp.yaml") async throws -> [ExperimentFile] {
        let source = ExperimentSource(files: LiveFileSystem(), processes: LiveProcessRunner(), folder: path)
        return try await source.load(name)
    }

    func plan(
        _ name: String = "a.exp.yaml",
        _ overrides: [String] = [],
        sweeps: [String] = [],
        confirmed: Bool = false
    ) async throws -> [ExperimentPlan] {
        let options = PlanOptions(drawnSeed: Seed(42), project: "p", confirmed: confirmed)
        return try await load(name).plan(overrides: overrides, sweeps: sweeps, options)
    }
}

/// Plans one experiment that is given as text.
func plan(
    _ text: String,
    _ overrides: [String] = [],
    sweeps: [String] = [],
    confirmed: Bool = false
) async throws -> ExperimentPlan {
    let folder = try ExperimentFolder(["a.exp.yaml": text])
    return try #require(try await folder.plan("a.exp.yaml", overrides, sweeps: sweeps, confirmed: confirmed).first)
}

/// The error that planning the text ends with.
func mistake(_ text: String, _ overrides: [String] = [], sweeps: [String] = []) async throws -> any RepriseError {
    do {
        let plan = try await plan(text, overrides, sweeps: sweeps)
        throw Mistake("it was planned: \(plan.variants.count) variants", code: "no-error")
    } catch let error as any RepriseError {
        return error
    }
}

extension ExperimentPlan {
    /// The only variant's parameters.
    var values: Value { variants.first?.values ?? .null }

    func column(_ name: String) -> [Value] { variants.map { $0.values[path: name] ?? .null } }
}
