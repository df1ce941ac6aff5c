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

    /// The same for what came from elsewhere, by this machine's clock: only a time before the job was submitted, or after
    /// what tells of it came here (both in nanoseconds), is wrong for certain. That is taken for the moment at which it came.
    static func lag(of time: Timestamp, submitted: Int64?, arrived: Int64) -> Int64 {
        let arrived = arrived / 1_000_000
        let isLate = time.milliseconds > arrived + tolerance
        let isEarly = submitted.map { time.milliseconds < $0 / 1_000_000 - tolerance } ?? false
        return isLate || isEarly ? arrived - time.milliseconds : 0
    }
}

extension SlurmJobFiles {
    /// The job's exit record, by the clock of the file system; nil where there is none.
    func record(of job: Job) -> ExitRecord? {
        guard var record = ExitFile.read(in: job.folder, files) else { return nil }
        guard let end = record.endedAt, let lag = lag(of: end, in: ExitFile.name, of: job), lag != 0 else {
            return record
        }
        record.startedAt = record.startedAt.map { Timestamp(milliseconds: $0.milliseconds + lag) }
        record.endedAt = Timestamp(milliseconds: end.milliseconds + lag)
        return record
    }

    /// By how much that time, which the job wrote into the file of that name, must be moved; nil where the file is not there.
    func lag(of time: Timestamp, in name: String, of job: Job) -> Int64? {
        guard let status = try? files.status("\(job.folder)/\(name)") else { return nil }
        guard areFetched else { return SlurmClock.lag(of: time, modified: status.modified) }
        // Written here before the job is submitted, and not again.
        let script = try? files.status(job.folder + "/run.sh")
        return SlurmClock.lag(of: time, submitted: script?.modified, arrived: status.changed)
    }
}
