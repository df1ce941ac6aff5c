import OrderedCollections
import RepriseModel

/// Which dispatcher has a job in its hands.
extension Supervisor {
    /// The target's, or one of its own where the job's launch said something else of the target than the site does. Throws
    /// where such a one cannot be made.
    func dispatcher(of job: LedgerJob) throws -> any Dispatcher {
        guard let target = targets[job.target] else { throw CancellationError() }
        guard !job.said.isEmpty else { return target.dispatcher }
        if let known = ownDispatchers[job.target]?[job.place] { return known }
        guard let own = try target.own(job.said) else {
            ownDispatchers[job.target, default: [:]][job.place] = target.dispatcher
            return target.dispatcher
        }
        ownDispatchers[job.target, default: [:]][job.place] = own
        add(.listen(job.target, own))
        return own
    }
}

extension LedgerJob {
    /// What is to be set for its target beside what is.
    package var said: Mapping { handed ?? settings }

    /// The target, with that.
    var place: String { said.isEmpty ? target : target + " " + Value.map(said).canonical.json() }
}
