import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Removes the folders of batches that supervisors left which were killed. Hands back their bytes.
    func collectBatches(of store: Store, youth: Duration, dryRun: Bool) async throws -> Int64 {
        let open = try await store.openJobs()
            .map { job in
                let below = job.record.key.folder
                return below.isEmpty ? job.runFolder : "\(job.runFolder)/\(below)"
            }
        let leftovers = SlurmLeftovers(store.folder.root + "/slurm", files: world.files)
        var bytes: Int64 = 0
        for path in try leftovers.batches(before: world.wallClock.now().advanced(by: .zero - youth), besides: open) {
            for name in try world.files.names(in: path) {
                bytes += try world.files.status("\(path)/\(name)")?.bytes ?? 0
            }
            if !dryRun { try world.files.remove(path) }
        }
        return bytes
    }
}
