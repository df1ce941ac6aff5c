import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `What jobs left elsewhere` {
    private let login: NearbyLogin

    init() throws { login = try NearbyLogin() }

    /// Jobs that have ended there, each with an output that names it.
    private func ended(_ count: Int, in workspace: RemoteWorkspace) async throws -> [Job] {
        let jobs = try (0..<count)
            .map { try login.makeJob("echo \($0) > \"$REPRISE_OUTPUTS/mine\"; echo said \($0); exit \($0 % 3)") }
        try await workspace.send(jobs, [])
        for job in jobs { try await login.execute(job) }
        return jobs
    }

    /// As many requests as it takes.
    private func takeAll(_ jobs: [Job], from workspace: RemoteWorkspace) async -> RemoteWorkspace.Taking {
        var all = RemoteWorkspace.Taking()
        var rest = jobs
        while !rest.isEmpty, !all.isCut {
            let some = await workspace.take(rest)
            all.taken.formUnion(some.taken)
            all.failed.formUnion(some.failed)
            all.problem = all.problem ?? some.problem
            all.isCut = some.isCut
            rest.removeAll { some.taken.contains($0.key) || some.failed.contains($0.key) }
        }
        return all
    }

    private func expectHere(_ job: Job, _ number: Int) throws {
        #expect(try login.files.text(job.folder + "/outputs/mine") == "\(number)\n")
        #expect(try login.files.text(job.folder + "/stdout.log") == "said \(number)\n")
        #expect(ExitFile.read(in: job.folder, login.files)?.status == number % 3)
    }

    @Test func `many come home in few logins, each into its own folder`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(40, in: workspace)
        let before = try login.logins()
        let home = RemoteHomecoming(workspace)
        await home.bring(jobs)
        // Who asks again hears of them once.
        await home.bring(jobs)
        try await eventually("all are here") { await home.underway.isEmpty }
        let report = await home.report()
        #expect(report.taken == Set(jobs.map(\.key)) && report.problem == nil)
        #expect(await home.report().taken.isEmpty)
        // How many depends on how slow the machine is.
        #expect(try login.logins() - before < 40)
        for (number, job) in jobs.enumerated() {
            try expectHere(job, number)
            #expect(try !login.files.exists(job.folder + "/.parcel/leavings.tar"))
        }
    }

    @Test func `a connection that is cut lets go of all, who may then be asked for again`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(30, in: workspace)
        let home = RemoteHomecoming(workspace)
        try login.cutConnections(after: 20_000)
        await home.bring(jobs)
        try await eventually("nothing is under way") { await home.underway.isEmpty }
        let report = await home.report()
        #expect(report.problem is SSHError && report.taken.count < 30)
        try login.cutConnections(after: nil)
        await home.bring(jobs.filter { !report.taken.contains($0.key) })
        try await eventually("all are here") { await home.underway.isEmpty }
        for (number, job) in jobs.enumerated() { try expectHere(job, number) }
    }

    @Test func `a request ends with the job with which its time is over`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(3, in: workspace)
        let root = try await workspace.place().root
        let lines = jobs.map { "\(RemotePlace.folder(of: $0)) \(RemotePlace.run(of: $0))\n" }.joined()
        let invocation = RemoteWorkspace.invocation(
            RemoteWorkspaceScript.leavings,
            [root, "0"],
            input: Array(lines.utf8)
        )
        let tar = login.folders.path + "/some.tar"
        #expect(try await workspace.runner.fetch(invocation, into: tar).status == 0)
        let leavings = try RemoteLeavings(tar, files: login.files)
        #expect(leavings.parts == [0: .archive(from: 512)] && leavings.damage == nil)
    }

    @Test func `a connection that is cut brings what came before, and the rest with the next`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(5, in: workspace)
        var here: Set<JobKey> = []
        var isPartly = false
        for bytes in stride(from: 1000, through: 200_000, by: 3700) where here.count < 5 {
            try login.cutConnections(after: bytes)
            let answer = await workspace.take(jobs.filter { !here.contains($0.key) })
            #expect(answer.problem is SSHError)
            here.formUnion(answer.taken)
            isPartly = isPartly || (1..<5).contains(here.count)
            for (number, job) in jobs.enumerated() {
                if here.contains(job.key) {
                    try expectHere(job, number)
                } else {
                    #expect(ExitFile.read(in: job.folder, login.files) == nil)
                }
            }
        }
        #expect(isPartly)
        try login.cutConnections(after: nil)
        let rest = jobs.filter { !here.contains($0.key) }
        #expect(await takeAll(rest, from: workspace).taken == Set(rest.map(\.key)))
        for (number, job) in jobs.enumerated() { try expectHere(job, number) }
    }

    @Test func `what a killed process fetched is not taken for what comes now`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(2, in: workspace)
        #expect(await workspace.take([jobs[0]]).taken.count == 1)
        let root = try await workspace.place().root
        let line = "\(RemotePlace.folder(of: jobs[0])) \(RemotePlace.run(of: jobs[0]))\n"
        let invocation = RemoteWorkspace.invocation(
            RemoteWorkspaceScript.leavings,
            [root, "9"],
            input: Array(line.utf8)
        )
        let stale = jobs[1].folder + "/.parcel/leavings.tar"
        _ = try await workspace.runner.fetch(invocation, into: stale)
        #expect(try login.files.exists(stale))
        try login.cutConnections(after: 0)
        let answer = await workspace.take([jobs[1]])
        #expect(answer.taken.isEmpty && answer.problem is SSHError)
        #expect(try !login.files.exists(jobs[1].folder + "/outputs/mine"))
        // Nor does it lie about for ever.
        try login.cutConnections(after: nil)
        try login.files.write("stale", to: stale)
        #expect(await takeAll(jobs, from: workspace).taken.count == 2)
        #expect(try !login.files.exists(stale))
        try expectHere(jobs[1], 1)
    }

    @Test func `a folder that is gone there costs the others nothing`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(3, in: workspace)
        try login.files.remove("\(login.folders.path)/there/\(RemotePlace.run(of: jobs[1]))")
        let answer = await takeAll(jobs, from: workspace)
        #expect(answer.taken.count == 3 && answer.problem == nil)
        try expectHere(jobs[0], 0)
        try expectHere(jobs[2], 2)
        #expect(ExitFile.read(in: jobs[1].folder, login.files) == nil)
    }

    @Test func `one that cannot be laid here costs the others nothing`() async throws {
        let workspace = try login.workspace()
        let jobs = try await ended(3, in: workspace)
        try login.files.remove(jobs[1].folder)
        try login.files.write("in the way", to: jobs[1].folder)
        let answer = await takeAll(jobs, from: workspace)
        #expect(answer.taken == [jobs[0].key, jobs[2].key] && answer.failed == [jobs[1].key] && answer.problem != nil)
        try expectHere(jobs[0], 0)
        try expectHere(jobs[2], 2)
    }

    @Test func `a disk that is full here is not told as one there`() async throws {
        let runner = try login.workspace().runner
        let error = await #expect(throws: FileError.self) {
            try await runner.fetch(Invocation("sh", ["-c", "head -c 1000000 /dev/zero"]), into: "/dev/full")
        }
        #expect(error?.reason == .diskFull && error?.path == "/dev/full" && error?.message == "No space left on device")
        let nowhere = login.folders.path + "/none/file"
        let other = await #expect(throws: FileError.self) {
            try await runner.fetch(Invocation("echo", ["hello"]), into: nowhere)
        }
        #expect(other?.reason == .other && other?.path == nowhere)
        let path = login.folders.path + "/file"
        #expect(try await runner.fetch(Invocation("sh", ["-c", "echo part; exit 7"]), into: path).status == 7)
        #expect(try login.files.text(path) == "part\n")
    }
}
