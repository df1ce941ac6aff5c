import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

/// One kind of tracker: a folder here, and a line in `trackerList`.
package protocol TrackerKind: Tracker {
    /// The name that site files use, such as `mlflow`.
    static var kind: String { get }

    /// Where it sends to, in words that no other destination has: they tell the store whether it is still the same one.
    static func destination(_ settings: TrackerSettings, in world: TrackerWorld) -> String

    init(_ settings: TrackerSettings, in world: TrackerWorld) throws
}

let trackerList: [any TrackerKind.Type] = [
    MLflowTracker.self,
    TensorBoardTracker.self,
    JSONLinesTracker.self,
]

/// The tracker that the settings describe.
package func makeTracker(_ settings: TrackerSettings, in world: TrackerWorld) throws -> any Tracker {
    try kind(of: settings).init(settings, in: world)
}

/// Where the tracker that the settings describe sends to.
package func trackerDestination(_ settings: TrackerSettings, in world: TrackerWorld) throws -> String {
    try kind(of: settings).destination(settings, in: world)
}

private func kind(of settings: TrackerSettings) throws -> any TrackerKind.Type {
    guard let kind = trackerList.first(where: { $0.kind == settings.kind }) else {
        throw Mistake("there are no trackers of the kind `\(settings.kind)`", code: "unknown-tracker")
    }
    return kind
}

/// What trackers need of their surroundings.
package struct TrackerWorld: Sendable {
    package var files: any FileSystem
    package var http: any HTTPClient
    package var wallClock: any WallClock
    /// The folder from which relative paths count.
    package var folder: String
    /// Where `~` is; nil where nobody has a home.
    package var home: String?
    /// By which the store's own files are known again.
    package var mark: String
    /// Finds the secret of that name.
    package var secret: @Sendable (String) async throws -> Secret

    package init(
        files: any FileSystem,
        http: any HTTPClient,
        wallClock: any WallClock,
        folder: String,
        home: String?,
        mark: String,
        secret: @escaping @Sendable (String) async throws -> Secret
    ) {
        self.files = files
        self.http = http
        self.wallClock = wallClock
        self.folder = folder
        self.home = home
        self.mark = mark
        self.secret = secret
    }

    func absolute(_ path: String) -> String {
        if path == "~", let home { return home }
        if path.hasPrefix("~/"), let home { return home + path.dropFirst(1) }
        return absolutePath(path, from: folder)
    }
}
