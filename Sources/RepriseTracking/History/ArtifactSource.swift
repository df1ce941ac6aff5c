/// Where the files of a history are.
package protocol ArtifactSource: Sendable {
    /// Everything below the root, a path or a URI; throws `ArtifactsUnreachable` where there is no way to it.
    func files(below root: String) async throws -> [HistoryFile]

    /// Makes the files readable on this machine: a path for each, in `folder` if it had to be fetched, or why not.
    func fetch(_ files: [HistoryFile], into folder: String) async throws -> [FetchedFile]
}

package struct HistoryFile: Hashable, Sendable {
    /// Below the root.
    package var path: String
    package var bytes: Int64
    /// What the source needs to find it.
    package var place: String

    package init(path: String, bytes: Int64, place: String) {
        self.path = path
        self.bytes = bytes
        self.place = place
    }
}

package enum FetchedFile: Hashable, Sendable {
    case at(String)
    case failed(String)
}

/// Files that cannot be reached from here.
package struct ArtifactsUnreachable: Error {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
