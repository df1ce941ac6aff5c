import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Allocations of jobs that have ended, and that a controller holds all the same.
///
/// An allocation without a script ends because its `srun` says so. A controller that is killed before it has written that
/// down comes back with the allocation, and holds its node until the time limit, which may be never.
struct SrunStrays {
    let files: any FileSystem

    /// Slurm's numbers of those among `rows` that belong to the same store as `job`, whoever began them.
    func numbers(among rows: [SlurmRow], besides job: Job) -> [String] {
        guard let runs = runs(above: job) else { return [] }
        return rows.filter { $0.state == .running }
            .filter { row in
                guard let key = JobKey(row.name.dropFirst(Srun.prefix.count)),
                    row.name == Srun.handle(of: key).description
                else { return false }
                let folder = [runs, key.run.description, key.folder].filter { !$0.isEmpty }.joined(separator: "/")
                let srun = SrunFiles(folder, files)
                return srun.status != nil && !srun.isAlive
            }
            .map(\.number)
    }

    /// The folder in which the folders of all runs lie.
    private func runs(above job: Job) -> String? {
        let below = "/" + [job.key.run.description, job.key.folder].filter { !$0.isEmpty }.joined(separator: "/")
        return job.folder.hasSuffix(below) ? String(job.folder.dropLast(below.count)) : nil
    }
}
