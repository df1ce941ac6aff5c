import Foundation
import RepriseModel
import RepriseSystem
import Synchronization
import RepriseTestKit

@testable import RepriseImages

/// A folder with code in it, and a place for builds; gone afterwards.
final class Workshop: Sendable {
    let folder: String
    let files = LiveFileSystem()
    let engine: RecordingEngine
    var code: String { folder + "/code" }

    init(_ texts: [String: String], on kind: EngineKind = .podman) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reprise-builds-\(UUID().uuidString)").path
        engine = RecordingEngine(kind)
        for (name, text) in texts { try write(text, to: name) }
    }

    deinit {
        // A folder left over harms no later test.
        try? files.remove(folder)
    }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        try files.makeFolder(RepriseSystem.folder(of: "\(code)/\(name)"))
        try files.write(text, to: "\(code)/\(name)", mode: mode)
    }

    var builder: ImageBuilder {
        ImageBuilder(
            folder: folder + "/builds",
            supply: engine,
            files: files,
            trees: LiveFileTree(),
            clock: ManualWallClock()
        )
    }

    @discardableResult
    func build(
        _ recipe: ImageRecipe = ImageRecipe(.dockerfile, path: "Dockerfile"),
        pins: [String: ImageIdentity] = [:],
        expected: Digest? = nil
    ) async throws -> BuiltImage {
        try await builder.build(recipe, code: code, pins: pins, expected: expected, on: engine) { _ in }
    }

    var orders: [BuildOrder] { engine.memory.withLock { $0.orders } }
}
