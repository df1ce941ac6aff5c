import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

/// Images by Apptainer, within jobs of Slurm's.
@Suite(
    .enabled(if: TestEngine.slurm.isUp, TestEngine.slurm.absence),
    .enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence)
)
struct `Real Slurm, containers` {
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case sbatch, srun

        var testDescription: String { rawValue }

        func bench() -> any FolderBench {
            let image = TestEngine.imageFolder + "/busybox.sif"
            switch self {
            case .sbatch: return SlurmBench(image: image)
            case .srun: return SrunBench(image: image)
            }
        }
    }

    private func ended(_ job: Job, _ bench: any FolderBench) async throws -> (ExitRecord, String?) {
        let dispatcher = try bench.makeDispatcher()
        let status = try await dispatcher.untilEnded(job, try await dispatcher.submit(job))
        guard case .ended(let record, let reason) = status else {
            throw WaitedInVain(what: "job \(job.key) leaves a record; it is \(status)")
        }
        return (record, reason)
    }

    @Test(arguments: Way.allCases) func `they keep the contract`(_ way: Way) async throws {
        func check(_ bench: some FolderBench) async throws {
            var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
            try await contract.check()
        }
        try await check(way.bench())
    }

    @Test(arguments: Way.allCases)
    func `a job sees its image, its folder and its secrets, and nothing is left of it`(_ way: Way) async throws {
        let bench = way.bench()
        var job = try bench.makeJob(
            "[ -e /bin/busybox ] && pwd && printf '%s\\n' \"$TOKEN\"; echo x > \"$REPRISE_OUTPUTS/x\"; ls -A \(bench.path)"
        )
        let secret = "hush-\(UUID().uuidString)"
        job.secrets = ["TOKEN": secret]
        let (record, reason) = try await ended(job, bench)
        #expect(record.status == 0, "\(reason ?? "")")
        #expect(try bench.output(of: job) == "\(job.work)\n\(secret)\n\(job.key)\n")
        #expect(try bench.files.text(job.folder + "/outputs/x") == "x\n")
        #expect(try !bench.files.exists(job.folder + "/scratch"))
        let search = try await LiveProcessRunner().run(Invocation("grep", ["-rlF", "--", secret, bench.path]))
        #expect(search.text == "\(job.folder)/stdout.log\n")
    }

    @Test(arguments: Way.allCases)
    func `what keeps a container from beginning is told in the engine's words`(_ way: Way) async throws {
        let bench = way.bench()
        var job = try bench.makeJob("true")
        job.container?.image = bench.path + "/nothing.sif"
        let (record, reason) = try await ended(job, bench)
        #expect(!record.isSuccess)
        #expect(reason?.contains("nothing.sif") == true, "\(reason ?? "no reason")")
    }
}

extension Job {
    /// The same job in a container of an image that is a file.
    func within(image: String?) -> Job {
        guard let image else { return self }
        var job = self
        let own = JobContainer.Mount(path: folder, source: folder, isReadOnly: false)
        job.container = JobContainer(image: image, mounts: [own])
        return job
    }
}
