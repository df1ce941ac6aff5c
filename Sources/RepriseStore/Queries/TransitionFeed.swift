import GRDB
import RepriseModel

/// A change of a run's state, with its place in the order in which changes were written down.
package struct FedTransition: Hashable, Sendable {
    /// Ask for what comes after it next time.
    package var number: Int64
    package var run: RunID
    package var transition: Transition
}

extension Store {
    /// The place after which the next change will be written; 0 where none was yet.
    package func lastTransition() throws -> Int64 {
        try read { try SQLQuery.number($0, "SELECT max(number) FROM transition") ?? 0 }
    }

    /// The changes of all runs after that place, in order. Costs what has changed, not what is kept.
    package func transitions(after number: Int64, limit: Int = 10_000) throws -> [FedTransition] {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT transition.number, run.id, transition.state, transition.at, transition.reason
                FROM transition JOIN run ON run.number = transition.run
                WHERE transition.number > ?1 ORDER BY transition.number LIMIT ?2
                """,
                number,
                limit
            )
            var found: [FedTransition] = []
            while try query.step() {
                guard let run = RunID(query.text(1)) else { continue }
                let change = Transition(state: query.state(2), at: query.time(3), reason: query.optionalText(4))
                found.append(FedTransition(number: query.int64(0), run: run, transition: change))
            }
            return found
        }
    }
}
