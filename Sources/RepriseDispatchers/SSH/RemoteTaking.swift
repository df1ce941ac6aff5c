import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From a workspace to here.
extension RemoteWorkspace {
    /// How long one request for what jobs left goes on at most, when it begins with another job. What it brought is here
    /// only when it has ended.
    private static let turn = 4

    /// How many requests there are at once. Machines let in only so many, and start-up files of a login take their time.
    private static let lanes = 3
    /// For how many jobs another one is worth it.
    private static let fewest = 8

    /// Brings everything that these jobs left, each one's exit record last, for about that long. A folder that is gone there
    /// left nothing. Returns those that are here now, which with an error of one are not all; nothing has happened to the
    /// others.
    nonisolated func take(
        _ jobs: [Job],
        for time: Duration = .seconds(8)
    ) async -> (taken: Set<JobKey>, problem: (any Error)?) {
        let end = ContinuousClock().now + time
        let lanes = max(1, min(Self.lanes, jobs.count / Self.fewest))
        return await withTaskGroup(of: (taken: Set<JobKey>, problem: (any Error)?).self) { group in
            for lane in 0..<lanes {
                let part = stride(from: lane, to: jobs.count, by: lanes).map { jobs[$0] }
                group.addTask { await self.take(part, until: end) }
            }
            var (taken, problem): (Set<JobKey>, (any Error)?) = ([], nil)
            for await part in group {
                taken.formUnion(part.taken)
                problem = problem ?? part.problem
            }
            return (taken, problem)
        }
    }

    nonisolated private func take(
        _ jobs: [Job],
        until end: ContinuousClock.Instant
    ) async -> (taken: Set<JobKey>, problem: (any Error)?) {
        var taken: Set<JobKey> = []
        var rest = jobs
        var problem: (any Error)?
        repeat {
            var isOver = false
            do {
                let answer = try await takeSome(rest)
                taken.formUnion(answer.taken)
                rest.removeAll { answer.taken.contains($0.key) || answer.failed.contains($0.key) }
                problem = problem ?? answer.problem
                isOver = answer.isCut || answer.taken.isEmpty && answer.failed.isEmpty
                if isOver { problem = problem ?? RemoteWorkspaceError.garbled(host: host) }
            } catch { return (taken, problem ?? error) }
            if isOver { break }
        } while !rest.isEmpty && ContinuousClock().now < end
        return (taken, problem)
    }

    private struct Some {
        var taken: Set<JobKey> = []
        var failed: Set<JobKey> = []
        var problem: (any Error)?
        var isCut = false
    }

    /// One request, for the first of these jobs at least.
    nonisolated private func takeSome(_ jobs: [Job]) async throws -> Some {
        guard let first = jobs.first else { return Some() }
        let root = try await place().root
        let marks = "\(first.folder)/\(StagingScript.marks)"
        let tar = "\(marks)/leavings.tar"
        try files.makeFolder(marks)
        // That of a process that was killed speaks of other jobs.
        try files.remove(tar)
        defer { try? files.remove(tar) }
        let lines = jobs.map { "\(RemotePlace.folder(of: $0)) \(RemotePlace.run(of: $0))\n" }
        let invocation = Self.invocation(
            RemoteWorkspaceScript.leavings,
            [root, "\(Self.turn)"],
            input: Array(lines.joined().utf8)
        )
        var some = Some()
        do {
            let result = try await runner.fetch(invocation, into: tar)
            if result.status != 0 { some.problem = refusal(result) }
        } catch let error as SSHError {
            // What came before the connection ended is whole.
            (some.problem, some.isCut) = (error, true)
        }
        guard try files.exists(tar) else { throw some.problem ?? RemoteWorkspaceError.garbled(host: host) }
        try unpack(tar, of: jobs, &some)
        return some
    }

    nonisolated private func unpack(_ tar: String, of jobs: [Job], _ some: inout Some) throws {
        let leavings = try RemoteLeavings(tar, files: files)
        for (number, part) in leavings.parts.sorted(by: { $0.key < $1.key }) where jobs.indices.contains(number) {
            let job = jobs[number]
            do {
                if case .archive(let start) = part {
                    let folder = RemotePlace.runFolder(of: job)
                    try Leavings(run: folder, job: job.folder, files: files)
                        .unpack(tar: tar, from: start, concluding: true)
                }
                some.taken.insert(job.key)
            } catch {
                some.failed.insert(job.key)
                some.problem = some.problem ?? error
            }
        }
        if let damage = leavings.damage {
            some.isCut = true
            some.problem = some.problem ?? damage
        }
    }
}
