import RepriseDispatch
import RepriseModel
import RepriseSystem

/// The clocks of nodes, which may be wrong: what a job writes down by its node's clock is moved to the time at which the shared
/// file system took the file.
enum SlurmClock {
    /// How far a clock may be off before anybody minds.
    static let tolerance: Int64 = 10_000

    /// By how many milliseconds a node's clock is behind that of the file system, which took at `modified` (nanoseconds) what
    /// the node wrote at `time`.
    static func lag(of time: Timestamp, modified: Int64) -> Int64 {
        let lag = modified / 1_000_000 - time.milliseconds
        return abs(lag) > tolerance ? lag : 0
    }
}

extension SlurmJobFiles {
    /// The job's exit record, by the clock of the file system; nil where there is none.
    func record(of job: Job) -> ExitRecord? {
        guard var record = ExitFile.read(in: job.folder, files) else { return nil }
        guard !areFetched, let end = record.endedAt, let status = try? files.status("\(job.folder)/\(ExitFile.name)")
        else {
            return record
        }
        let lag = SlurmClock.lag(of: end, modified: status.modified)
        record.startedAt = record.startedAt.map { Timestamp(milliseconds: $0.milliseconds + lag) }
        record.endedAt = Timestamp(milliseconds: end.milliseconds + lag)
        return record
    }
}
