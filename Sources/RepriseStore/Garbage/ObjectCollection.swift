import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Removes the objects that no run left, that are no other artifact, and that nobody has touched of late.
    ///
    /// The lock on the database is held while files go, a few hundred at a time: whoever writes down an output meanwhile
    /// looks whether its object is still there, under the same lock.
    func removeObjects(
        olderThan young: Timestamp,
        _ rule: GarbageRule,
        into report: inout GarbageReport
    ) throws {
        let doomedRuns = rule.isDryRun ? report.runs : []
        for shard in try files.names(in: folder.objects) where shard.utf8.count == 2 {
            let digests = try files.names(in: "\(folder.objects)/\(shard)").compactMap { Digest($0) }
            for start in stride(from: 0, to: digests.count, by: 256) {
                let some = digests[start..<min(digests.count, start + 256)]
                let gone =
                    try rule.isDryRun
                    ? read { try $0.unneeded(some, without: doomedRuns, olderThan: young, objects) }
                    : write { database in
                        let unneeded = try database.unneeded(some, without: [], olderThan: young, objects)
                        for object in unneeded { try files.remove(objects.path(of: object.digest)) }
                        return unneeded
                    }
                report.objects += gone.map(\.digest)
                report.bytes += gone.reduce(0) { $0 + $1.bytes }
            }
        }
    }

    func removeUnfinished(olderThan young: Timestamp) throws {
        guard try files.exists(folder.unfinished) else { return }
        for name in try files.names(in: folder.unfinished) {
            let path = "\(folder.unfinished)/\(name)"
            if try files.isOlder(path, than: young) { try files.remove(path) }
        }
    }
}

extension Database {
    fileprivate func unneeded(
        _ digests: ArraySlice<Digest>,
        without doomed: [RunID],
        olderThan young: Timestamp,
        _ objects: ObjectStore
    ) throws -> [(digest: Digest, bytes: Int64)] {
        var unneeded: [(Digest, Int64)] = []
        let doomed = Set(doomed.map(\.description))
        for digest in digests {
            let query = try SQLQuery(
                self,
                "SELECT run.id FROM output JOIN run ON run.number = output.run WHERE output.digest = ?1",
                digest
            )
            var isNeeded = false
            while try !isNeeded && query.step() { isNeeded = !doomed.contains(query.text(0)) }
            let files = try SQLQuery(self, "SELECT 1 FROM artifact WHERE digest = ?1 LIMIT 1", digest)
            if try !isNeeded && files.step() { isNeeded = true }
            let path = objects.path(of: digest)
            if isNeeded { continue }
            guard try objects.files.isOlder(path, than: young), let status = try objects.files.status(path) else {
                continue
            }
            unneeded.append((digest, status.bytes))
        }
        return unneeded
    }
}
