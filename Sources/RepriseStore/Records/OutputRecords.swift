import GRDB
import RepriseModel

extension Store {
    /// Writes down what the run left, in one transaction. A path that is already there is replaced.
    ///
    /// The objects must have been put into `objects` before; where `gc` of another process was faster and took one away
    /// again, nothing is written, and they must be put once more.
    package func save(_ outputs: [OutputRecord], of run: RunID) throws {
        try write { database in
            let number = try database.knownNumber(of: run)
            for output in outputs {
                // Holding the write lock, so that gc either has taken the object already or will see this row.
                guard try objects.contains(output.digest) else { throw StoreError.missingObject(output.digest) }
                try database.save(output, of: number)
            }
        }
    }

    /// By path in byte order.
    package func outputs(_ run: RunID) throws -> [OutputRecord] {
        try read { try $0.outputs(of: $0.knownNumber(of: run)) }
    }
}

extension Database {
    /// Writes down one output, in place of what lay at its path.
    func save(_ output: OutputRecord, of number: Int64) throws {
        try SQLQuery.run(
            self,
            "INSERT OR REPLACE INTO output (run, path, digest, bytes, mode) VALUES (?1, ?2, ?3, ?4, ?5)",
            number,
            output.path,
            output.digest,
            output.bytes,
            output.mode
        )
    }
}
