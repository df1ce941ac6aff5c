import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import Testing

/// The words are those of Slurm 22.05.
@Suite struct `Slurm replies` {
    @Test func `the queue, with tasks, ends and names with bars`() {
        let rows = SlurmReply.queue(
            """
            12|9|0|COMPLETED|None|0|0|n1|reprise-abc            \u{20}
            13|9|1|FAILED|NonZeroExitCode|256|0|n1|reprise-abc
            10|10|N/A|FAILED|JobLaunchFailure|9|0|n1|reprise-k9
            5|5|N/A|PENDING|PartitionTimeLimit|0|0||a|b

            """
        )
        #expect(rows.map(\.id) == ["9_0", "9_1", "10", "5"])
        #expect(rows.map(\.number) == ["12", "13", "10", "5"])
        #expect(rows.map(\.state) == [.completed, .failed, .failed, .pending])
        #expect(rows.map(\.wait) == [0, 256, 9, 0])
        #expect(rows[0].name == "reprise-abc" && rows[3].name == "a|b")
        #expect(rows[3].reason == "PartitionTimeLimit" && rows[3].node.isEmpty)
    }

    @Test func `accounts, with and without a database`() {
        let rows = SlurmReply.accounting(
            "9_1|13|FAILED|3:0|n1|x\n9_1.batch|13.batch|FAILED|3:0|n1|batch\n8|8|CANCELLED by 0|0:0|None assigned|y\n"
        )
        #expect(rows.map(\.id) == ["9_1", "8"])
        #expect(rows.map(\.wait) == [768, 0])
        #expect(rows.map(\.node) == ["n1", ""])
        #expect(rows.map(\.state) == [.failed, .cancelled])
        #expect(rows.map(\.canceller) == [nil, "0"])
    }

    @Test func `the number of a submission`() {
        #expect(SlurmReply.submitted("17\n") == "17")
        #expect(SlurmReply.submitted("a notice of the site\n18;cluster\n") == "18")
        #expect(SlurmReply.submitted("Submitted batch job 4\n") == nil)
        #expect(SlurmReply.submitted("") == nil)
    }

    @Test func `a setting of the controller`() {
        let text = "KillWait                = 30 sec\nMaxArraySize            = 2001\nMaxArraySizeX = 7\n"
        #expect(SlurmReply.setting("MaxArraySize", in: text) == "2001")
        #expect(SlurmReply.setting("Max", in: text) == nil)
    }

    @Test func `partitions`() {
        let partitions = SlurmReply.partitions(
            "main*|up|1-00:00:00|3|4|4000+|gpu:2\nold|drain|infinite|1|8|1000|(null)\n"
        )
        #expect(
            partitions.map(\.description) == [
                "partition `main`, 3 nodes, 4 processors each, 3.9 GiB of memory each, gpu:2, at most 1-00:00:00",
                "partition `old` (down), 1 nodes, 8 processors each, 1000 MiB of memory each, no time limit",
            ]
        )
        #expect(partitions.map(\.isDefault) == [true, false])
    }

    @Test func `nodes that are all away`() {
        let away = SlurmNodeStates("n1|drained|Duplicate jobid\nn2|down*|Not responding\n")
        #expect(away.areAllAway)
        #expect(away.words == "`n1` is drained (Duplicate jobid), `n2` is down* (Not responding)")
        #expect(!SlurmNodeStates("n1|drained|x\nn2|idle|none\n").areAllAway)
        #expect(!SlurmNodeStates("").areAllAway)
    }

    @Test(arguments: [
        (
            "invalid partition specified: nope; Batch job submission failed: Invalid partition name specified",
            "slurm-no-partition"
        ),
        ("Batch job submission failed: User's group not permitted to use this partition", "slurm-not-permitted"),
        (
            "Memory specification can not be satisfied; Batch job submission failed: Requested node configuration is not available",
            "slurm-impossible"
        ),
        ("Batch job submission failed: Invalid generic resource (gres) specification", "slurm-impossible"),
        ("Batch job submission failed: Invalid node name specified", "slurm-impossible"),
        ("unrecognized option '--frobnicate'; Try \"sbatch --help\" for more information", "slurm-bad-option"),
        ("Invalid --mem specification", "slurm-bad-option"),
        ("Batch job submission failed: Unable to contact slurm controller (connect failure)", "slurm-down"),
        ("Batch job submission failed: Invalid account or account/partition combination specified", "slurm-no-account"),
        ("Batch job submission failed: Invalid qos specification", "slurm-no-qos"),
        (
            "Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
            "slurm-limit"
        ),
        ("Batch job submission failed: I/O error writing script/environment to file", "slurm-error"),
    ])
    func `what refusals mean`(words: String, code: String) {
        let error = SlurmError.refusal(words, status: 1, SlurmSettings(partition: "p", account: "a", qos: "q"))
        #expect(error.code == code)
        #expect(error.why == words)
    }
}

@Suite struct `Clocks of nodes` {
    @Test(arguments: [(0, 0), (9_000, 0), (-9_000, 0), (86_400_000, 86_400_000), (-86_400_000, -86_400_000)])
    func `a clock that is far off is set right by the file system's`(difference: Int64, lag: Int64) {
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        #expect(SlurmClock.lag(of: time, modified: (time.milliseconds + difference) * 1_000_000) == lag)
    }

    @Test(arguments: [
        (0, 0), (40_000, 0), (69_000, 0), (71_000, -11_000), (-9_000, 0), (-11_000, 71_000), (86_400_000, -86_340_000),
    ])
    func `a time that comes from elsewhere lies between its job's submission and its arrival`(
        time: Int64,
        lag: Int64
    ) {
        let submitted: Int64 = 1_700_000_000_000
        let found = SlurmClock.lag(
            of: Timestamp(milliseconds: submitted + time),
            submitted: submitted * 1_000_000,
            arrived: (submitted + 60_000) * 1_000_000
        )
        #expect(found == lag)
    }
}

@Suite struct `Why jobs of Slurm wait` {
    @Test(arguments: [
        ("Resources", "waits for free nodes (Resources)"),
        (
            "ReqNodeNotAvail, UnavailableNodes:n1",
            "waits for nodes that are not available now (ReqNodeNotAvail, UnavailableNodes:n1)"
        ),
        (
            "QOSMaxJobsPerUserLimit",
            "waits for a limit of the account or the quality of service (QOSMaxJobsPerUserLimit)"
        ),
        ("SomethingNew", "waits in Slurm's queue (SomethingNew)"),
    ])
    func `Slurm's reason is kept beside what it means`(reason: String, words: String) {
        #expect(SlurmWaiting.words(row("PENDING", reason)) == words)
        #expect(SlurmWaiting.words(row("RUNNING", reason)) == nil)
    }

    @Test func `nothing is said where Slurm says nothing`() {
        #expect(SlurmWaiting.words(row("PENDING", "None")) == nil)
        #expect(SlurmWaiting.words(row("PENDING", "")) == nil)
    }

    private func row(_ state: String, _ reason: String) -> SlurmRow {
        SlurmRow(
            id: "7",
            number: "7",
            name: "n",
            state: SlurmState(state),
            reason: reason,
            wait: 0,
            restarts: 0,
            node: ""
        )
    }
}

@Suite struct `How jobs of Slurm end` {
    private let job: Job
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    init() {
        var generator = SystemRandomNumberGenerator()
        job = Job(
            key: JobKey(run: RunID(using: &generator)),
            folder: "/f",
            resources: Resources(memory: 1 << 30, time: 60_000)
        )
    }

    private func status(
        _ state: String,
        wait: Int = 0,
        restarts: Int = 0,
        record: ExitRecord? = nil,
        isClaimed: Bool = true,
        change: (inout SlurmEvidence) -> Void = { _ in }
    ) -> JobStatus? {
        let row = SlurmRow(
            id: "7",
            number: "7",
            name: "n",
            state: SlurmState(state),
            reason: "None",
            wait: wait,
            restarts: restarts,
            node: "n1"
        )
        var evidence = SlurmEvidence(job: job, record: record)
        if isClaimed { evidence.claim = SlurmJobFiles.Claim(id: "7", number: "7", node: "n1") }
        change(&evidence)
        return SlurmEnd.status(row, evidence, now: now)
    }

    private func ended(_ status: JobStatus?) -> (ExitRecord, String?)? {
        if case .ended(let record, let reason) = status { (record, reason) } else { nil }
    }

    @Test(arguments: ["RUNNING", "COMPLETED", "FAILED", "PREEMPTED", "NODE_FAIL", "CANCELLED", "TIMEOUT"])
    func `a success that the job wrote down is one, whatever Slurm says`(state: String) {
        let record = ExitRecord(status: 0)
        #expect(status(state, record: record) == .ended(record, reason: nil))
    }

    @Test func `a signal that Slurm sent has Slurm's reason`() {
        let record = ExitRecord(signal: 15)
        #expect(status("PREEMPTED", record: record) == .preempted())
        #expect(status("NODE_FAIL", record: record) == .lost(reason: "its node `n1` failed"))
        #expect(status("TIMEOUT", record: record) == .ended(record, reason: "time limit of 1m 00s"))
        var killed = record
        killed.outOfMemory = true
        #expect(
            status("OUT_OF_MEMORY", record: record) == .ended(killed, reason: "out of memory (memory limit of 1 GiB)")
        )
        #expect(status("CANCELLED", record: record) == .ended(record, reason: "cancelled at Slurm"))
        #expect(status("FAILED", record: record) == .ended(record, reason: nil))
        // Not until Slurm has said which.
        #expect(status("COMPLETING", record: record) == .running(since: nil))
    }

    @Test func `without a record, what Slurm saw of the script counts`() {
        #expect(ended(status("FAILED", wait: 768))?.0.status == 3)
        #expect(ended(status("FAILED", wait: 9))?.0.signal == 9)
        #expect(ended(status("FAILED", wait: 143 << 8))?.0.signal == 15)
        let late = ended(status("FAILED", wait: 126 << 8, isClaimed: false) { $0.lastWords = "cd: no such folder" })
        #expect(late?.1 == "could not begin on `n1`: cd: no such folder")
        #expect(ended(status("CANCELLED", isClaimed: false))?.1 == "cancelled at Slurm before it began")
        // Its record may still be on its way over the file system.
        #expect(status("COMPLETED") == nil)
    }

    @Test func `a job that Slurm starts anew was preempted`() {
        #expect(status("PENDING", restarts: 1) == .preempted())
        #expect(status("COMPLETED", restarts: 1) == .preempted())
        #expect(status("PENDING", isClaimed: false) == .submitted)
    }

    @Test func `a controller that lost its last seconds does not know that the job began`() {
        #expect(status("PENDING") == .running(since: nil))
        let record = ExitRecord(status: 3)
        #expect(status("PENDING", record: record) == .ended(record, reason: nil))
    }
}
