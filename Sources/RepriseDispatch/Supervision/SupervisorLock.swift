import RepriseModel
import RepriseSystem

/// The right to supervise one store, held by one process at a time and let go by its death.
package final class SupervisorLock: Sendable {
    package static let name = "supervisor.lock"

    private let lock: FileLock

    /// nil where another process supervises the store in `folder`; `holder` tells which.
    package init?(folder: String, process: Int32) throws {
        guard let lock = try FileLock(folder + "/" + Self.name) else { return nil }
        try lock.note("\(process)\n")
        self.lock = lock
    }

    /// The id of the process that supervises the store, for messages; nil where nobody does or it is about to say.
    package static func holder(folder: String, _ files: any FileSystem) -> Int32? {
        guard let text = try? files.text(folder + "/" + name), let first = text.split(separator: "\n").first else {
            return nil
        }
        return Int32(first)
    }
}
