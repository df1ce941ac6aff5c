import RepriseDispatch
import RepriseModel

/// A kind of engine whose jobs are processes of this machine, whoever begins them.
package protocol MachineDispatcher: Dispatcher {
    var jobs: MachineJobs { get }
}

extension MachineDispatcher {
    package static var capabilities: DispatchCapabilities {
        DispatchCapabilities(sharesFiles: true, queues: false, limitsMemory: true, limitsTime: true)
    }

    package func submit(_ job: Job) async throws -> JobHandle { try await jobs.submit(job) }
    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] { try await self.jobs.find(jobs) }
    package func holdings(of job: Job) async -> JobHoldings { jobs.holdings(of: job) }
    package func changes() -> AsyncStream<Void> { jobs.changes() }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        try await self.jobs.status(of: Array(jobs.keys))
    }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        try await jobs.cancel(job, grace: grace)
    }
}
