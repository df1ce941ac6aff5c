import OrderedCollections
import RepriseModel

/// One `reprise run`: what its runs have in common.
package struct LaunchRecord: Hashable, Sendable {
    /// The same text as `RunRequest.launch` of its runs.
    package var id: String
    package var createdAt: Timestamp
    /// Whatever is worth keeping of it, such as the words of the command line.
    package var facts: Mapping

    package init(id: String, createdAt: Timestamp, facts: Mapping = [:]) {
        self.id = id
        self.createdAt = createdAt
        self.facts = facts
    }
}
