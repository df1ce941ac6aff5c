import GRDB
import RepriseModel

extension Store {
    /// Writes down what the run left, in one transaction. A path that is already there is replaced.
    ///
    /// The objects must have been put into `objects` before this is called.
    package func save(_ outputs: [OutputRecord], of run: RunID) throws {
        try write { database in
            let number = try database.knownNumber(of: run)
            for output in outputs {
                try SQLQuery.run(
                    database,
                    "INSERT OR REPLACE INTO output (run, path, digest, bytes, mode) VALUES (?1, ?2, ?3, ?4, ?5)",
                    number,
                    output.path,
                    output.digest,
                    output.bytes,
                    output.mode
                )
            }
        }
    }

    /// By path in byte order.
    package func outputs(_ run: RunID) throws -> [OutputRecord] {
        try read { try $0.outputs(of: $0.knownNumber(of: run)) }
    }
}
