/// How many writes have shared how many transactions since the store was opened.
package struct CommitCounts: Hashable, Sendable {
    package var transactions = 0
    package var writes = 0
}

extension Store {
    package var commitCounts: CommitCounts { commits.counts }
}
