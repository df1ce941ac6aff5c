import RepriseModel

/// From the queue to an engine that has a queue of its own: whatever may start now goes in one request, or in a few where
/// there is much and the engine has nothing yet.
extension Supervisor {
    func startTogether(_ starting: [LedgerJob], on name: String) async {
        guard let target = targets[name], let first = starting.first else { return }
        var refusal: (any Error)?
        defer { reopen(name, isRefused: refusal != nil) }
        let dispatcher: any Dispatcher
        do { dispatcher = try self.dispatcher(of: first) } catch {
            for job in starting { refused(job.record.key, error) }
            return
        }
        let divides = !hasJobs(at: name) && target.divides(first.settings)
        let parts = divides ? SubmissionPart.parts(of: starting) : [starting]
        var prepared = await prepare(parts[0])
        for next in 1...parts.count {
            // What is handed over next is made ready while the engine takes this.
            async let following = next < parts.count ? prepare(parts[next]) : []
            refusal = await handOver(prepared, dispatcher, target)
            prepared = await following
            guard let refusal else { continue }
            // An engine that is away, or that takes no more, need not be asked again at once.
            for job in prepared.map(\.ledger) + parts.dropFirst(next + 1).joined() { refused(job.record.key, refusal) }
            return
        }
    }

    /// Returns what the engine refused any of these for, unless that is for a person to mend.
    private func handOver(
        _ prepared: [(ledger: LedgerJob, job: Job)],
        _ dispatcher: any Dispatcher,
        _ target: SupervisorTarget
    ) async -> (any Error)? {
        // Asked again here: preparing takes time.
        let wanted = inOrder(prepared.filter { !stopping.contains($0.ledger.record.key.run) })
        for (job, _) in prepared where stopping.contains(job.record.key.run) { abandon(job.record.key) }
        guard !wanted.isEmpty else { return nil }
        let results = await submit(wanted.map(\.job), dispatcher)
        var refusal: (any Error)?
        for (job, prepared) in wanted {
            switch results[prepared.key] ?? .failure(CancellationError()) {
            case .success(let handle): hasStarted(job, prepared, handle, target)
            case .failure(let error):
                // One that could wait here as well is no measure of what the engine takes.
                let isUsage = (error as? any RepriseError)?.fault == .usage
                if !isUsage, prepared.after.isEmpty { refusal = refusal ?? error }
                refused(prepared.key, error)
            }
        }
        return refusal
    }

    /// In the order of the ledger, without those whose preparation was refused.
    private func prepare(_ starting: [LedgerJob]) async -> [(ledger: LedgerJob, job: Job)] {
        let results = await withTaskGroup(of: (JobKey, Result<Job, any Error>).self) { group in
            for job in starting {
                group.addTask { [lifecycle] in
                    do { return (job.record.key, .success(try await lifecycle.prepare(job))) } catch {
                        return (job.record.key, .failure(error))
                    }
                }
            }
            var results: [JobKey: Result<Job, any Error>] = [:]
            for await (key, result) in group { results[key] = result }
            return results
        }
        var prepared: [(ledger: LedgerJob, job: Job)] = []
        for job in starting {
            switch results[job.record.key] {
            case .success(let ready): prepared.append((job, ready))
            case .failure(let error): refused(job.record.key, error)
            case nil: break
            }
        }
        return prepared
    }

    /// Where the engine's answer is an error, asks whether it took the job all the same.
    private func submit(
        _ jobs: [Job],
        _ dispatcher: any Dispatcher
    ) async -> [JobKey: Result<JobHandle, any Error>] {
        var results = await dispatcher.submit(jobs)
        let doubtful = jobs.filter { if case .success = results[$0.key] { false } else { true } }
        guard !doubtful.isEmpty else { return results }
        do {
            for (key, handle) in try await findDoubtful(doubtful, dispatcher) { results[key] = .success(handle) }
        } catch {
            for job in doubtful { results[job.key] = .failure(error) }
        }
        return results
    }
}
