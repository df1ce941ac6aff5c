import GRDB
import RepriseModel

extension Store {
    /// Removes logged models that were deleted long enough ago, with the files that this store keeps for them. The objects
    /// behind the files are for the step of the collection that comes after.
    func removeLoggedModels(_ rule: GarbageRule, into report: inout GarbageReport) throws {
        guard !rule.isDryRun else {
            report.models = try read { try $0.doomedModels(rule.deletedBefore).map(\.id) }
            return
        }
        report.models = try write { database in
            let doomed = try database.doomedModels(rule.deletedBefore)
            for model in doomed {
                if let root = proxiedPath(of: model.location) { try database.removeArtifacts(below: root) }
                try SQLQuery.run(database, "DELETE FROM logged_model WHERE id = ?1", model.id)
            }
            return doomed.map(\.id)
        }
    }
}

/// The path within the artifact proxy of a location that it serves, without slashes at its ends.
package func proxiedPath(of location: String) -> String? {
    let scheme = "mlflow-artifacts:/"
    guard location.hasPrefix(scheme), !location.hasPrefix(scheme + "/") else { return nil }
    let path = location.dropFirst(scheme.utf8.count)
    return path.isEmpty ? nil : String(path)
}

extension Database {
    fileprivate func doomedModels(_ bound: Timestamp) throws -> [(id: String, location: String)] {
        let query = try SQLQuery(
            self,
            """
            SELECT id, artifact_location FROM logged_model
            WHERE deleted_at IS NOT NULL AND deleted_at < ?1 ORDER BY deleted_at
            """,
            bound
        )
        var models: [(String, String)] = []
        while try query.step() { models.append((query.text(0), query.text(1))) }
        return models
    }

    fileprivate func removeArtifacts(below root: String) throws {
        // `0` is the character after `/`.
        try SQLQuery.run(self, "DELETE FROM artifact WHERE path > ?1 AND path < ?2", root + "/", root + "0")
    }
}
