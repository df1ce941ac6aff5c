import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import Testing

@Suite struct `A job that was cancelled` {
    private let job: Job
    private let claim = SlurmJobFiles.Claim(id: "5", number: "5", node: "n1")

    init() {
        var generator = SystemRandomNumberGenerator()
        let key = JobKey(run: RunID(using: &generator))
        job = Job(key: key, folder: "/runs/a", resources: Resources(memory: 50 << 20))
    }

    private func end(
        _ reason: String,
        words: String? = nil,
        isClaimed: Bool = true,
        exceedsMemory: Bool = false,
        by canceller: String? = nil
    ) -> JobStatus? {
        var row = SlurmRow(
            id: "5",
            number: "5",
            name: "a",
            state: .cancelled,
            reason: reason,
            wait: 15,
            restarts: 0,
            node: "n1"
        )
        row.canceller = canceller
        var evidence = SlurmEvidence(job: job)
        evidence.claim = isClaimed ? claim : nil
        evidence.lastWords = words
        evidence.exceededMemory = exceedsMemory
        return SlurmEnd.status(row, evidence, now: Timestamp(milliseconds: 0))
    }

    private func reason(_ status: JobStatus?) -> String? {
        guard case .ended(_, let reason) = status else { return nil }
        return reason
    }

    @Test func `by a person`() {
        #expect(reason(end("None")) == "cancelled at Slurm")
        // It had waited for this.
        #expect(reason(end("Priority", isClaimed: false)) == "cancelled at Slurm before it began")
        #expect(reason(end("None", by: "1000")) == "cancelled at Slurm by user 1000")
    }

    @Test func `by Slurm itself`() {
        #expect(
            reason(end("DependencyNeverSatisfied", isClaimed: false))
                == "Slurm itself took it back: what it depends on did not succeed"
        )
        let words = "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-22T01:32:44 DUE TO "
        #expect(end("None", words: words + "PREEMPTION ***") == .preempted())
        #expect(end("None", words: words + "NODE FAILURE ***") == .lost(reason: "its node `n1` failed"))
        #expect(reason(end("None", words: words + "TIME LIMIT ***"))?.hasPrefix("time limit of ") == true)
        #expect(reason(end("None", exceedsMemory: true)) == "out of memory (memory limit of 50 MiB)")
    }
}
