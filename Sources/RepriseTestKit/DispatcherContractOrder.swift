import RepriseDispatch
import RepriseModel
import Testing

/// What engines promise that order jobs themselves.
extension DispatcherContract {
    mutating func whatComesAfterWaits() async throws {
        let dispatcher = try bench.makeDispatcher()
        let first = try makeJob(.exitsLate(0))
        let need = JobNeed(handle: try await dispatcher.submit(first), folder: first.folder)
        let jobs = try (0..<3).map { _ in try makeJob(.exits(0), after: [need]) }
        let results = await dispatcher.submit(jobs)
        var last = try makeJob(.exits(0))
        for job in jobs { last.after.append(JobNeed(handle: try #require(results[job.key]).get(), folder: job.folder)) }
        let handle = try await dispatcher.submit(last)
        #expect(try await bench.executions(of: last) == 0)
        // Whoever comes later knows nothing of what comes after what.
        let other = try bench.makeDispatcher()
        let end = try await other.untilEnded(last, handle)
        guard case .ended(let record, _) = end, record.isSuccess else {
            Issue.record("what comes last is reported as \(end)")
            return
        }
        for job in [first] + jobs { #expect(try await bench.executions(of: job) == 1) }
        let needed = try await other.untilEnded(first, need.handle)
        guard case .ended(let former, _) = needed, let began = record.startedAt, let ended = former.endedAt else {
            return
        }
        // By two clocks, where they are executed by two machines.
        #expect(began.milliseconds - ended.milliseconds > -500)
    }

    mutating func whatCanNeverBeginComesBack() async throws {
        let dispatcher = try bench.makeDispatcher()
        let first = try makeJob(.exitsLate(3))
        let need = JobNeed(handle: try await dispatcher.submit(first), folder: first.folder)
        var second = try makeJob(.exits(0), after: [need])
        let secondHandle = try await dispatcher.submit(second)
        let third = try makeJob(.exits(0), after: [JobNeed(handle: secondHandle, folder: second.folder)])
        let thirdHandle = try await dispatcher.submit(third)
        for (job, handle) in [(third, thirdHandle), (second, secondHandle)] {
            let status = try await dispatcher.untilEnded(job, handle)
            #expect(status == .returned, "\(status)")
            #expect(try await bench.executions(of: job) == 0)
            // Once more, for whoever did not write it down.
            #expect(try await bench.makeDispatcher().untilEnded(job, handle) == .returned)
        }
        second.after = []
        let again = try await dispatcher.submit(second)
        _ = try await bench.makeDispatcher().untilEnded(second, again)
        #expect(try await bench.executions(of: second) == 1)
        #expect(try await bench.executions(of: third) == 0)
    }

    mutating func whatIsTakenBackMayGoAgain() async throws {
        let dispatcher = try bench.makeDispatcher()
        let first = try makeJob(.runs)
        let handle = try await dispatcher.submit(first)
        let second = try makeJob(.exits(0), after: [JobNeed(handle: handle, folder: first.folder)])
        let former = try await dispatcher.submit(second)
        let other = try bench.makeDispatcher()
        try await other.takeBack([second: former])
        #expect(try await other.untilEnded(second, former) == .returned)
        #expect(try await other.find([second]).isEmpty)
        let latter = try await other.submit(second)
        #expect(latter != former)
        try await dispatcher.cancel(first, handle, grace: .seconds(120))
        _ = try await dispatcher.untilEnded(first, handle)
        #expect(try await other.untilEnded(second, latter) == .returned)
        #expect(try await bench.executions(of: second) == 0)
    }

    private mutating func makeJob(_ behaviour: JobBehaviour, after: [JobNeed]) throws -> Job {
        var job = try makeJob(behaviour)
        job.after = after
        return job
    }
}
