import Foundation
import OrderedCollections
import RepriseModel
import RepriseSystem
import Testing

/// A folder of its own, with its own HOME and a cleared environment, in which a test runs the built `reprise`.
///
/// Everything goes away at the end of `use`, except where `REPRISE_KEEP_WORKSHOPS` is set.
struct Workshop {
    let folder: String
    private let runner = LiveProcessRunner()

    static func use(_ body: (Workshop) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "reprise-test-" + UUID().uuidString.prefix(8)
        let files = LiveFileSystem()
        try files.makeFolder(folder + "/home")
        try files.makeFolder(folder + "/project")
        let workshop = Workshop(folder: folder)
        do {
            try await body(workshop)
            try await workshop.leave()
        } catch {
            try? await workshop.leave()
            throw error
        }
    }

    var project: String { folder + "/project" }

    /// The binary that `swift build` put beside the test bundle.
    static var binary: String {
        get throws {
            let tests = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") || $0.hasSuffix(".build") }
            let candidates = [tests, CommandLine.arguments.first].compactMap { $0 }.map { RepriseSystem.folder(of: $0) }
            let found = candidates.map { $0 + "/reprise" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            return try #require(found, "no `reprise` beside the test bundle (\(candidates)); run `swift build` first")
        }
    }

    /// The words that start the binary in this workshop's world: nothing of the caller's environment but PATH.
    func command(_ arguments: [String], variables: [String: String] = [:]) throws -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let world = ["HOME": folder + "/home", "PATH": path, "LANG": "C.UTF-8", "NO_COLOR": "1", "COLUMNS": "100"]
        let all = world.merging(variables) { _, mine in mine }.sorted { $0.key < $1.key }
        return try ["/usr/bin/env", "-i"] + all.map { "\($0.key)=\($0.value)" } + [Self.binary] + arguments
    }

    /// Runs `reprise` with these arguments in the project's folder, to its end.
    @discardableResult
    func reprise(
        _ arguments: String...,
        expecting status: Int? = 0,
        variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ProcessResult {
        try await run(arguments, expecting: status, variables: variables, sourceLocation: sourceLocation)
    }

    /// The same with arguments that are at hand as a list.
    @discardableResult
    func run(
        _ arguments: [String],
        expecting status: Int?,
        variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ProcessResult {
        let words = try command(arguments, variables: variables)
        let result = try await runner.run(Invocation(words[0], Array(words.dropFirst()), folder: project))
        if let status {
            #expect(
                result.status == status,
                "reprise \(arguments.joined(separator: " "))\n\(result.text)\n\(result.errorText)",
                sourceLocation: sourceLocation
            )
        }
        return result
    }

    /// The one JSON document that the command printed.
    func json(_ arguments: String..., expecting status: Int = 0) async throws -> Value {
        let words = try command(arguments + ["--json"])
        let result = try await runner.run(Invocation(words[0], Array(words.dropFirst()), folder: project))
        #expect(result.status == status, "\(arguments)\n\(result.text)\n\(result.errorText)")
        return try Value(json: result.text)
    }

    func shell(_ script: String) async throws -> ProcessResult {
        try await runner.succeed(Invocation("/bin/sh", ["-ec", script], folder: project))
    }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        let path = project + "/" + name
        try LiveFileSystem().makeFolder(RepriseSystem.folder(of: path))
        try LiveFileSystem().write(text, to: path, mode: mode)
    }

    func text(_ name: String) throws -> String { try LiveFileSystem().text(project + "/" + name) }

    private func leave() async throws {
        guard ProcessInfo.processInfo.environment["REPRISE_KEEP_WORKSHOPS"] == nil else { return }
        // A detached supervisor of this workshop must not outlive it.
        _ = try await runner.run(Invocation("pkill", ["-KILL", "-f", folder]))
        try LiveFileSystem().remove(folder)
    }
}
