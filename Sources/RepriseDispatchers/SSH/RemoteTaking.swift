import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From a workspace to here.
extension RemoteWorkspace {
    /// How long one request for what jobs left begins with another job. What it brought is here when it has ended.
    private static let turn = 4

    /// What came of one request.
    struct Taking {
        /// Those that are here now.
        var taken: Set<JobKey> = []
        /// Those that came, and could not be laid here.
        var failed: Set<JobKey> = []
        /// Why not all of them did, where it was not the time.
        var problem: (any Error)?
        /// No more comes by this way for now.
        var isCut = false
    }

    /// Brings everything that these jobs left, each one's exit record last: the first one, and others for which there is
    /// time. A folder that is gone there left nothing.
    nonisolated func take(_ jobs: [Job]) async -> Taking {
        var taking = Taking()
        do { try await take(jobs, &taking) } catch {
            taking.problem = taking.problem ?? error
            taking.isCut = true
        }
        if taking.taken.isEmpty, taking.failed.isEmpty, !jobs.isEmpty {
            taking.problem = taking.problem ?? RemoteWorkspaceError.garbled(host: host)
            taking.isCut = true
        }
        return taking
    }

    nonisolated private func take(_ jobs: [Job], _ taking: inout Taking) async throws {
        guard let first = jobs.first else { return }
        let root = try await place().root
        let tar = Self.tar(of: first)
        try files.makeFolder(RepriseSystem.folder(of: tar))
        // That of a process that was killed speaks of other jobs.
        try files.remove(tar)
        defer { try? files.remove(tar) }
        let lines = jobs.map { "\(RemotePlace.folder(of: $0)) \(RemotePlace.run(of: $0))\n" }
        let invocation = Self.invocation(
            RemoteWorkspaceScript.leavings,
            [root, "\(Self.turn)"],
            input: Array(lines.joined().utf8)
        )
        do {
            let result = try await runner.fetch(invocation, into: tar)
            if result.status != 0 { taking.problem = refusal(result) }
        } catch let error as SSHError {
            // What came before the connection ended is whole.
            (taking.problem, taking.isCut) = (error, true)
        }
        if try files.exists(tar) { try unpack(tar, of: jobs, &taking) }
    }

    private static func tar(of job: Job) -> String { "\(job.folder)/\(StagingScript.marks)/leavings.tar" }

    nonisolated private func unpack(_ tar: String, of jobs: [Job], _ taking: inout Taking) throws {
        let leavings = try RemoteLeavings(tar, files: files)
        for (number, part) in leavings.parts.sorted(by: { $0.key < $1.key }) where jobs.indices.contains(number) {
            let job = jobs[number]
            do {
                if case .archive(let start) = part {
                    let folder = RemotePlace.runFolder(of: job)
                    try Leavings(run: folder, job: job.folder, files: files)
                        .unpack(tar: tar, from: start, concluding: true)
                }
                taking.taken.insert(job.key)
                // Of a process that was killed in the middle of it.
                let former = Self.tar(of: job)
                if former != tar { try? files.remove(former) }
            } catch {
                taking.failed.insert(job.key)
                taking.problem = taking.problem ?? error
            }
        }
        if let damage = leavings.damage {
            taking.isCut = true
            taking.problem = taking.problem ?? damage
        }
    }
}
