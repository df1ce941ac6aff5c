import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

/// Against the Slurm that keeps accounts, enforces their limits, and forgets at once what has ended.
@Suite(.serialized, .enabled(if: TestEngine.slurmdbd.isUp, TestEngine.slurmdbd.absence))
struct `Real Slurm with accounts` {
    private let bench = AccountedBench()

    @Test func `it keeps the contract`() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test(arguments: ["account nope", "account others", "qos nope", "qos theirs"])
    func `an account or quality of service that is not the user's is refused, and nothing is left`(
        _ words: String
    ) async throws {
        let name = String(words.split(separator: " ")[1])
        let isAccount = words.hasPrefix("account")
        let settings = isAccount ? SlurmSettings(account: name) : SlurmSettings(qos: name)
        let slurm = bench.makeSlurm(settings)
        let jobs = try (0..<2).map { _ in try bench.makeJob("exit 0") }
        let results = await slurm.submit(jobs)
        for job in jobs {
            let error = #expect(throws: SlurmError.self) { try results[job.key]?.get() }
            #expect(error?.code == (isAccount ? "slurm-no-account" : "slurm-no-qos"))
            #expect(error?.fault == .usage && error?.what.contains("`\(name)`") == true)
            #expect(try bench.files.names(in: job.folder) == ["run.sh", "work"])
        }
        let examination = await bench.commands(settings).examine()
        #expect(examination.problems.map(\.code) == [isAccount ? "slurm-no-account" : "slurm-no-qos"])
    }

    @Test func `as many go in as the account lets, and the others when there is room`() async throws {
        let slurm = bench.makeSlurm(SlurmSettings(qos: "few"))
        let jobs = try (0..<7)
            .map { _ in
                try bench.makeJob("echo x >> ../executions; while [ ! -e \(bench.path)/go ]; do sleep 0.1; done")
            }
        let first = await slurm.submit(jobs)
        let taken = jobs.filter { (try? first[$0.key]?.get()) != nil }
        #expect(taken.count == 4)
        let rest = jobs.filter { !taken.contains($0) }
        for job in rest {
            let error = #expect(throws: SlurmError.self) { try first[job.key]?.get() }
            #expect(error?.code == "slurm-limit" && error?.fault == .world)
        }
        // Who looks whether the target works is told, but not refused.
        let examination = await bench.commands(SlurmSettings(qos: "few")).examine()
        #expect(examination.problems.isEmpty)
        #expect(examination.remarks.contains { $0.what.contains("QOSMaxSubmitJobPerUserLimit") })
        try bench.files.write("", to: bench.path + "/go")
        for job in taken {
            let handle = try #require(first[job.key]).get()
            _ = try await slurm.untilEnded(job, handle)
        }
        for job in rest {
            let handle = try await bench.submitted(job, slurm)
            guard case .ended(let record, _) = try await slurm.untilEnded(job, handle) else {
                Issue.record("it did not end")
                continue
            }
            #expect(record.isSuccess)
        }
        for job in jobs { #expect(try await bench.executions(of: job) == 1) }
    }

    @Test func `who waits for a limit is told which`() async throws {
        let slurm = bench.makeSlurm(SlurmSettings(qos: "one"))
        let jobs = try (0..<2).map { _ in try bench.makeJob("echo x >> ../executions; sleep 300") }
        let results = await slurm.submit(jobs)
        var handles: [Job: JobHandle] = [:]
        for job in jobs { handles[job] = try #require(results[job.key]).get() }
        let words = "waits for a limit of the account or the quality of service (QOSMaxJobsPerUserLimit)"
        // As long as the controller has not looked at it, it waits for something else.
        try await eventually("one of them waits for the limit", every: .milliseconds(100)) {
            try await slurm.status(of: handles).values.count { $0 == .waiting(reason: words) } == 1
        }
        for (job, handle) in handles { try await slurm.cancel(job, handle, grace: .zero) }
        for (job, handle) in handles { _ = try await slurm.untilEnded(job, handle) }
    }

    @Test func `a job that is over a limit by itself is taken back, or not taken at all`() async throws {
        let long = try bench.makeJob("exit 0", resources: Resources(time: 600_000))
        let lenient = bench.makeSlurm(SlurmSettings(qos: "brief"))
        let handle = try await lenient.submit(long)
        guard case .ended(let record, let reason) = try await lenient.untilEnded(long, handle) else {
            Issue.record("it waits for ever")
            return
        }
        #expect(!record.isSuccess)
        let excess = "asks for more time than the quality of service `brief` lets a job have"
        #expect(reason == excess + " (QOSMaxWallDurationPerJobLimit)")
        let strict = bench.makeSlurm(SlurmSettings(qos: "strict"))
        let other = try bench.makeJob("exit 0", resources: Resources(time: 600_000))
        let error = await #expect(throws: SlurmError.self) { try await strict.submit(other) }
        #expect(error?.code == "slurm-excessive" && error?.fault == .usage)
        #expect(try await strict.find([other]).isEmpty)
        // So it is refused before it is queued; what asks for no time gets ten minutes there, which are too many.
        let commands = bench.commands(SlurmSettings(qos: "strict"))
        #expect(await commands.excess(of: Resources(time: 600_000))?.code == "slurm-excessive")
        #expect(await commands.excess(of: Resources())?.code == "slurm-excessive")
        #expect(await commands.excess(of: Resources(time: 30_000)) == nil)
        // Within the limit it is taken.
        let short = try bench.makeJob("exit 0", resources: Resources(time: 30_000))
        _ = try await strict.untilEnded(short, try await strict.submit(short))
    }

    /// Its script is killed, so that it leaves no record, and nobody looks while the controller still knows.
    @Test func `when the controller has forgotten a job the accounts tell how it ended`() async throws {
        let job = try bench.makeJob("echo x >> ../executions; kill -KILL $PPID; sleep 300")
        let other = try bench.makeJob("echo x >> ../executions; exit 3")
        let first = bench.makeSlurm()
        let handles = try await [job: first.submit(job), other: first.submit(other)]
        let ids = Set(handles.values.map(\.description))
        try await eventually("the controller forgets them", every: .milliseconds(100)) {
            try await bench.commands(SlurmSettings()).queue().allSatisfy { !ids.contains($0.id) }
        }
        let later = bench.makeSlurm()
        for (job, handle) in handles {
            guard case .ended(let record, _) = try await later.untilEnded(job, handle) else {
                Issue.record("nobody knows how \(job.key) ended")
                continue
            }
            #expect(!record.isSuccess)
            if job == other { #expect(record.status == 3) } else { #expect(record.signal == 9, "\(record)") }
            #expect(try await bench.executions(of: job) == 1)
        }
    }
}

/// The same bench, before the other cluster.
private final class AccountedBench: FolderBench {
    let folders = BenchFolders("accounts")

    func makeDispatcher() throws -> any Dispatcher { makeSlurm() }

    func makeSlurm(_ settings: SlurmSettings = SlurmSettings()) -> Slurm {
        Slurm(settings, folder: path + "/slurm", processes: AccountedRunner(), interval: .milliseconds(100))
    }

    func commands(_ settings: SlurmSettings) -> SlurmCommands {
        SlurmCommands(settings, processes: AccountedRunner(), variables: [:])
    }

    /// Ended jobs count for a moment after their end.
    func submitted(_ job: Job, _ slurm: Slurm) async throws -> JobHandle {
        try await eventually("the limit has room for job \(job.key)", every: .milliseconds(100)) {
            do { return try await slurm.submit(job) } catch SlurmError.limit { return nil }
        }
    }
}

private struct AccountedRunner: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        var invocation = invocation
        invocation.variables.updateValue(TestEngine.accountingConfiguration, forKey: "SLURM_CONF")
        return try await LiveProcessRunner().run(invocation)
    }
}
