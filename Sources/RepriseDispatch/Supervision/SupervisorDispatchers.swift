import OrderedCollections
import RepriseModel

/// Which dispatcher has a job in its hands.
extension Supervisor {
    /// The target's, or one of its own where the job's launch said something else of the target than the site does. Throws
    /// where such a one cannot be made.
    func dispatcher(of job: LedgerJob) throws -> any Dispatcher {
        guard let target = targets[job.target] else { throw CancellationError() }
        guard !job.settings.isEmpty else { return target.dispatcher }
        if let known = ownDispatchers[job.place] { return known }
        guard let own = try target.own(job.settings) else {
            ownDispatchers[job.place] = target.dispatcher
            return target.dispatcher
        }
        ownDispatchers[job.place] = own
        add(.listen(job.target, own))
        return own
    }
}

extension LedgerJob {
    /// The target, with what the launch alone says of it.
    var place: String { settings.isEmpty ? target : target + " " + Value.map(settings).canonical.json() }
}
