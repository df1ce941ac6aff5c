import RepriseModel
import RepriseSystem
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite struct `Accounts of Slurm` {
    private let down = ProcessResult(
        status: 1,
        errors: Array("sacct: error: Problem talking to the database: Connection refused\n".utf8)
    )

    @Test func `they tell how a job ended that the controller has forgotten`() async throws {
        let runner = Answers([.init(status: 0, output: Array("7|7|FAILED|3:0|n1|x\n9|9|RUNNING|0:0|n1|y\n".utf8))])
        let answer = try await accounts(runner).answer(for: ["7": nil, "9": nil])
        #expect(answer.rows["7"]?.wait == 768 && answer.rows["7"]?.state == .failed)
        // What the controller does not know does not run, whatever the accounts have not heard yet.
        #expect(answer.rows["9"] == nil)
        #expect(answer.open.isEmpty)
    }

    @Test func `accounts that do not answer have not said that they know nothing`() async throws {
        let runner = Answers([down])
        let accounts = accounts(runner)
        let answer = try await accounts.answer(for: ["7": nil])
        #expect(answer.rows.isEmpty && answer.open == ["7"])
        // They are not asked again at once, however often somebody wants to know.
        for _ in 0..<20 { #expect(try await accounts.answer(for: ["7": nil]).open == ["7"]) }
        #expect(runner.commands.withLock { $0 }.count == 1)
    }

    @Test func `after a while jobs are judged without them`() async throws {
        let runner = Answers([down, .init(status: 1)])
        let answer = try await accounts(runner, patience: .zero).answer(for: ["7": nil])
        #expect(answer.rows.isEmpty && answer.open.isEmpty)
    }

    @Test func `a cluster without accounts may keep a text file`() async throws {
        let disabled = "Slurm accounting storage is disabled\n"
        let runner = Answers([
            .init(status: 1, errors: Array(disabled.utf8)),
            .init(status: 0, output: Array("13|13|TIMEOUT|0:15|n1|x\n".utf8)),
        ])
        let answer = try await accounts(runner).answer(for: ["9_1": "13", "9_2": nil])
        #expect(answer.rows["9_1"]?.state == .timedOut && answer.rows["9_1"]?.wait == 15)
        #expect(answer.rows.count == 1 && answer.open.isEmpty)
        #expect(runner.commands.withLock { $0 }.last?.contains("--completion") == true)
    }

    private func accounts(_ runner: Answers, patience: Duration = .seconds(60)) -> SlurmAccounts {
        SlurmAccounts(SlurmCommands(SlurmSettings(), processes: runner, variables: [:]), patience: patience)
    }
}

@Suite struct `Limits of accounts and qualities of service` {
    @Test(arguments: [
        ("QOSMaxWallDurationPerJobLimit", "asks for more time than the quality of service `q` lets a job have"),
        ("AssocMaxWallDurationPerJobLimit", "asks for more time than the account `a` lets a job have"),
        ("QOSMaxCpuPerJobLimit", "asks for more than the quality of service `q` lets a job have"),
        ("QOSMaxMemoryPerNode", "asks for more than the quality of service `q` lets a job have"),
        ("QOSMinCpuNotSatisfied", "asks for less than the quality of service `q` wants of a job"),
    ])
    func `a job that is over one by itself never begins`(limit: String, words: String) {
        let settings = SlurmSettings(account: "a", qos: "q")
        #expect(SlurmLimits.hopelessness(limit, settings) == "\(words) (\(limit))")
        let refused =
            "\(limit); Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"
        let error = SlurmError.refusal(refused, status: 1, settings)
        #expect(error.code == "slurm-excessive" && error.fault == .usage)
        #expect(error.what == "the job \(words) (\(limit))")
    }

    @Test(arguments: [
        "QOSMaxJobsPerUserLimit", "QOSMaxSubmitJobPerUserLimit", "AssocMaxSubmitJobLimit", "AssocGrpCpuLimit",
        "QOSMaxCpuPerUserLimit", "Resources", "Priority",
    ])
    func `one that others fill is waited for`(limit: String) {
        #expect(SlurmLimits.hopelessness(limit, SlurmSettings(account: "a", qos: "q")) == nil)
    }
}

/// Gives these answers, one after the other.
private final class Answers: ProcessRunner {
    let commands = Mutex<[String]>([])
    private let answers: Mutex<[ProcessResult]>

    init(_ answers: [ProcessResult]) { self.answers = Mutex(answers) }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        commands.withLock { $0.append(invocation.text) }
        return try answers.withLock { answers in
            guard !answers.isEmpty else { throw ProgramMissing(program: invocation.program) }
            return answers.removeFirst()
        }
    }
}
