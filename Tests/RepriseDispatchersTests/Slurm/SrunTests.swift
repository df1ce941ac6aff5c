import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Runs that srun executes` {
    private let batch = SlurmBatch(
        name: "reprise-run.train",
        folder: "/shared/it's/runs/run/steps/train",
        entries: [SlurmBatch.Entry(key: "run.train", folder: "/shared/it's/runs/run/steps/train")],
        resources: Resources(cpus: 2, memory: (1 << 30) + 1, gpus: 1, time: 90_000),
        hasSecrets: true
    )

    @Test func `an allocation of its own`() throws {
        var settings = SlurmSettings(partition: "gpu", account: "lab", modules: ["cuda"], options: ["--comment=a b"])
        settings.excluded = ["n1"]
        let words = SrunArguments.alone(batch, settings)
        try expectGolden(
            SrunScript.text("run.train", words, script: batch.script) + SlurmScript.step(batch, settings),
            "srun-alone.sh"
        )
    }

    @Test func `a step of an allocation takes what it asks for, and nothing else`() {
        #expect(
            SrunArguments.step(batch, of: "4711") == [
                "--jobid=4711", "--exact", "--job-name=reprise-run.train", "--nodes=1", "--ntasks=1",
                "--cpus-per-task=2", "--chdir=/", "--input=none", "--mem=1025M", "--gres=gpu:1",
            ]
        )
        var plain = batch
        plain.resources = Resources()
        #expect(SrunArguments.step(plain, of: "4711").suffix(2) == ["--mem=0", "--gres=none"])
    }

    @Test func `the allocation that this process is in`() throws {
        #expect(SrunAllocation(["SLURM_CONF": "/x"]) == nil)
        let allocation = try #require(
            SrunAllocation([
                "SLURM_JOB_ID": "4711", "SLURM_JOB_CPUS_PER_NODE": "4(x2),8", "SLURM_MEM_PER_NODE": "900",
            ])
        )
        #expect(allocation.processors == [4, 4, 8])
        #expect(allocation.capacity(slots: nil) == Capacity(cpus: 16, memory: 2700 << 20))
        #expect(allocation.words == "allocation 4711, 3 nodes with 16 processors")
        #expect(SrunAllocation.repeated("many") == [] && SrunAllocation.repeated("") == [])
        let bare = try #require(SrunAllocation(["SLURM_JOB_ID": "1"]))
        #expect(bare.capacity(slots: nil) == Capacity(slots: 20))
    }

    /// The words are those of Slurm 22.05.
    @Test(arguments: [
        ("srun: error: n1: task 0: Exited with exit code 3", 3, SlurmState.failed),
        (
            "slurmstepd-n1: error: *** STEP 1192.2 ON n1 CANCELLED AT 2026-11-22T01:05:20 ***\nsrun: error: n1: task 0: Killed",
            137, .cancelled
        ),
        (
            "slurmstepd-n1: error: StepId=1192.4 exceeded memory limit (328294400 > 52428800), being killed\nslurmstepd-n1: error: *** STEP 1192.4 ON n1 CANCELLED AT 2026-11-22T01:05:22 ***",
            137, .outOfMemory
        ),
        (
            "slurmstepd: error: *** STEP 9.0 ON n1 CANCELLED AT 2026-11-22T01:05:22 DUE TO TIME LIMIT ***", 143,
            .timedOut
        ),
        (
            "slurmstepd: error: *** STEP 9.0 ON n4 CANCELLED AT 2026-11-22T01:05:22 DUE TO PREEMPTION ***", 143,
            .preempted
        ),
        ("srun: job 12 queued and waiting for resources\nsrun: Job allocation 12 has been revoked", 1, .cancelled),
        ("srun: error: Slurm job 1192 has expired", 1, .failed),
        ("srun: job 12 queued and waiting for resources\nsrun: job 12 has been allocated resources", 0, .completed),
    ])
    func `how it ended is in the words of srun`(_ log: String, _ status: Int, _ state: SlurmState) {
        #expect(SrunWords.row(log, status: status, node: "").state == state)
    }

    @Test func `why it waits, and the last words`() {
        let busy = "srun: Job 986 step creation temporarily disabled, retrying (Requested nodes are busy)\n"
        #expect(SrunWords.waitsForRoom(busy, in: "986") == "waits for room in the allocation 986")
        #expect(SrunWords.waitsForRoom(busy + "srun: Step created for job 986\n", in: "986") == nil)
        let words =
            "srun: job 5 queued\nsrun: error: Unable to create step for job 5: More processors requested than permitted\n"
        #expect(SrunWords.last(words) == "Unable to create step for job 5: More processors requested than permitted")
        #expect(SrunWords.last("") == "")
        #expect(SrunWords.isQueued("srun: error: x\nsrun: job 31 queued and waiting for resources\n"))
        #expect(
            !SrunWords.isQueued(
                "srun: job 31 queued and waiting for resources\nsrun: job 31 has been allocated resources"
            )
        )
        #expect(!SrunWords.isQueued(""))
    }
}
