import RepriseModel

/// From the queue to an engine that has a queue of its own: whatever may start now goes in one request.
extension Supervisor {
    func startTogether(_ starting: [LedgerJob], on name: String) async {
        guard let target = targets[name] else { return }
        var isRefused = false
        defer { reopen(name, isRefused: isRefused) }
        let dispatcher: any Dispatcher
        do { dispatcher = try starting.first.map(dispatcher(of:)) ?? target.dispatcher } catch {
            for job in starting { refused(job.record.key, error) }
            return
        }
        let prepared = await prepare(starting)
        // Asked again here: preparing takes time.
        let wanted = prepared.filter { !stopping.contains($0.ledger.record.key.run) }
        for (job, _) in prepared where stopping.contains(job.record.key.run) { abandon(job.record.key) }
        guard !wanted.isEmpty else { return }
        let results = await submit(wanted.map(\.job), dispatcher)
        for (job, prepared) in wanted {
            switch results[prepared.key] ?? .failure(CancellationError()) {
            case .success(let handle): hasStarted(job, prepared, handle, target)
            case .failure(let error):
                isRefused = isRefused || (error as? any RepriseError)?.fault != .usage
                refused(prepared.key, error)
            }
        }
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
