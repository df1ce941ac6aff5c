import Foundation
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTestKit

/// A store in a folder of its own, which goes with it.
final class StoreFixture {
    let folder: String
    let store: Store
    private var generator: SeededGenerator

    init(seed: UInt64 = 1) throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "reprise-store-\(UUID().uuidString)")
        folder = base.path
        try LiveFileSystem().makeFolder(folder)
        store = try Store.open(folder + "/.reprise", create: true)
        generator = SeededGenerator(seed: seed)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open() throws -> Store { try Store.open(folder + "/.reprise") }

    func runID() -> RunID { RunID(using: &generator) }

    func request(
        name: String = "digits",
        parameters: [(String, Value)] = [],
        steps: [StepRequest] = [StepRequest(command: .shell([.text("true")]))],
        tags: [String] = [],
        launch: String = "launch",
        snapshot: Digest = SHA256Hasher.digest(of: [])
    ) -> RunRequest {
        RunRequest(
            id: runID(),
            name: name,
            project: "project",
            experiment: "digits",
            launch: launch,
            parameters: parameters.map { Parameter(name: $0, value: $1, origin: "digits.exp.yaml:3") },
            seed: Seed(7),
            snapshot: snapshot,
            steps: steps,
            tags: tags,
            createdAt: Timestamp(milliseconds: 1_700_000_000_000)
        )
    }

    /// Queues the requests in one launch.
    func insert(_ requests: [RunRequest], launch: String = "launch") throws {
        try store.insert(
            LaunchRecord(id: launch, createdAt: Timestamp(milliseconds: 1_700_000_000_000)),
            runs: requests
        )
    }
}
