import Foundation
import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import RepriseTracking

@testable import RepriseTrackers

/// A folder of its own for the files of trackers, which goes with it.
final class TrackerPlayground {
    let folder: String
    let files = LiveFileSystem()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reprise-trackers-\(UUID().uuidString)").path
        try files.makeFolder(folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func world(mark: String = "00000000000000000000000000000001", http: (any HTTPClient)? = nil) -> TrackerWorld {
        TrackerWorld(
            files: files,
            http: http ?? CurlHTTPClient(processes: LiveProcessRunner(), entropy: LiveEntropy()),
            wallClock: LiveWallClock(),
            folder: folder,
            home: folder,
            mark: mark,
            secret: { name in
                guard let secret = Secret("secret of \(name)") else { throw CancellationError() }
                return secret
            }
        )
    }

    func text(_ name: String) throws -> String { try files.text(folder + "/" + name) }

    func lines(_ name: String) throws -> [Value] {
        try text(name).split(separator: "\n").map { try Value(json: String($0)) }
    }
}
