import Foundation
import RepriseComparison
import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

/// A project in a folder of its own, with a laboratory that runs it for real. Goes away with its last user.
final class LaboratoryFolder: Sendable {
    let path: String
    let laboratory: Laboratory
    private let base: String
    private let files = LiveFileSystem()

    init(_ texts: [String: String] = [:], variables: [String: String] = [:]) throws {
        base = FileManager.default.temporaryDirectory.appending(path: "reprise-lab-\(UUID().uuidString.prefix(8))").path
        path = base + "/project"
        for folder in ["project", "home"] { try files.makeFolder("\(base)/\(folder)") }
        let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let world = World.live(variables: ["HOME": base + "/home", "PATH": search].merging(variables) { $1 })
        laboratory = Laboratory(world: world, folder: path)
        for (name, text) in texts { try write(text, to: name) }
    }

    deinit { try? LiveFileSystem().remove(base) }

    func write(_ text: String, to name: String) throws {
        try files.makeFolder(RepriseSystem.folder(of: "\(path)/\(name)"))
        try files.write(text, to: "\(path)/\(name)")
    }

    /// Takes the project's own files away; what is kept lies in the store.
    func removeProjectFiles() throws {
        for name in try files.names(in: path) where name != ".reprise" { try files.remove("\(path)/\(name)") }
    }

    func run(_ file: String = "a.exp.yaml", _ overrides: String...) async throws -> [RunRecord] {
        try await evaluate(RunOptions(file: file, overrides: overrides), at: laboratory).results()
    }

    /// Repeats the run and judges the repetition.
    func verify(_ run: RunID) async throws -> Verdict {
        let repetition = try await laboratory.repeat(run)
        for try await _ in try laboratory.supervise([repetition]) {}
        return try laboratory.judge(original: run, repetition: repetition)
    }

    func text(_ name: String, of run: RunID) throws -> String {
        try files.text(laboratory.folder(of: run) + "/" + name)
    }
}
