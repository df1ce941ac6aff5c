import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite(
    .enabled(if: TestEngine.slurm.isUp, TestEngine.slurm.absence),
    .enabled(if: TestEngine.modules.isUp, TestEngine.modules.absence)
)
struct `Real modules` {
    private let bench = SlurmBench()

    private func end(_ modules: [String], _ command: String) async throws -> (Job, JobStatus) {
        let slurm = bench.makeSlurm(SlurmSettings(modules: modules), processes: ModuleRunner())
        let job = try bench.makeJob(command)
        return (job, try await slurm.untilEnded(job, try await slurm.submit(job)))
    }

    @Test func `a module is loaded before the run`() async throws {
        let (job, status) = try await end(["reprise-tool/1.2"], "echo \"$REPRISE_TOOL\"")
        guard case .ended(let record, _) = status else {
            Issue.record("it is reported as \(status)")
            return
        }
        #expect(record.status == 0)
        #expect(try bench.output(of: job) == "1.2\n")
    }

    @Test(arguments: ["reprise-tool/9", "reprise-nope", "reprise-broken"])
    func `a module that cannot be loaded is the reason of the run's end`(_ module: String) async throws {
        let (job, status) = try await end(["reprise-tool", module], "echo x >> ../executions")
        guard case .ended(let record, let reason) = status else {
            Issue.record("it is reported as \(status)")
            return
        }
        #expect(record.status == 126)
        #expect(reason?.hasPrefix("cannot load the module \(module) on n") == true, "\(reason ?? "")")
        #expect(try await bench.executions(of: job) == 0)
        #expect(try bench.files.text(job.folder + "/stderr.log").contains("ERROR") == true)
    }
}

/// Executes programs as a shell would in which the tests' modules can be found.
private struct ModuleRunner: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        var invocation = invocation
        invocation.variables["MODULEPATH"] = TestEngine.moduleFolder
        return try await LiveProcessRunner().run(invocation)
    }
}
