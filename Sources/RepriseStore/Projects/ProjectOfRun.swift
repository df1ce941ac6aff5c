import RepriseModel

extension Store {
    /// The name of the project that the run belongs to; nil where there is no such run.
    package func projectName(of run: RunID) throws -> String? {
        try read { database in
            let query = try SQLQuery(database, "SELECT project FROM run WHERE id = ?1", run)
            return try query.step() ? query.text(0) : nil
        }
    }
}
