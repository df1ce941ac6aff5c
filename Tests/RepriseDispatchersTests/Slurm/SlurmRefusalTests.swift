@testable import RepriseDispatchers
import RepriseModel
import Testing

@Suite struct `What Slurm can never give` {
    private static let nodes = SlurmReply.nodes(
        """
        main*|1-00:00:00|4|4000|gpu:2
        mixed|infinite|64|256000|(null)
        mixed|infinite|8|64000|gpu:a100:4(S:0-1),gpu:v100:2(S:2),shard:8
        short|1:00|4|4000|gpu:2
        """
    )

    private func refusal(_ demand: Resources, _ partitions: String..., limitsTime: Bool = true) -> SlurmRefusal? {
        SlurmRefusal(demand, target: "hpc", partitions: partitions, nodes: Self.nodes, limitsTime: limitsTime)
    }

    @Test func `what nodes have is read`() {
        #expect(Self.nodes.map(\.gpus) == [2, 0, 6, 2])
        #expect(Self.nodes.map(\.time) == [86_400_000, nil, nil, 60_000])
        #expect(Self.nodes.map(\.isDefault) == [true, false, false, false])
        #expect(SlurmReply.milliseconds("2-03:04:05") == 183_845_000)
        #expect(SlurmReply.milliseconds("UNLIMITED") == nil)
        #expect(SlurmReply.gpus("gpu") == 1 && SlurmReply.gpus("gpu:4K") == nil)
    }

    @Test func `what is there is not refused, to the last byte and minute`() {
        let most = Resources(cpus: 4, memory: 4000 << 20, gpus: 2, time: 86_400_000)
        #expect(refusal(most, "main") == nil)
        #expect(refusal(Resources(cpus: 4, time: 30_000), "short") == nil)
        #expect(refusal(Resources(), "main") == nil)
        // A quality of service may lift the partition's bound.
        #expect(refusal(Resources(time: 1 << 40), "main", limitsTime: false) == nil)
        // Of a partition that nobody can see the nodes of, nothing is known.
        #expect(refusal(Resources(cpus: 10_000), "hidden") == nil)
        #expect(refusal(Resources(cpus: 64), "main", "mixed") == nil)
    }

    @Test func `too much of one thing is told with what the largest node has`() {
        let found = refusal(Resources(memory: 900 << 30), "main")
        #expect(found?.what == "no node of the partition `main` of target `hpc` has 900 GiB of memory")
        #expect(found?.why == "the largest has 4 processors, 3.9 GiB of memory and 2 GPUs")
        #expect(found?.fix == "ask for less in the experiment's `resources`")
        #expect(found?.fault == .usage)
        let gpus = refusal(Resources(gpus: 64), "mixed")
        #expect(gpus?.why == "the largest has 8 processors, 62.5 GiB of memory and 6 GPUs")
    }

    @Test func `what no node has together, and what another partition has`() {
        let found = refusal(Resources(cpus: 64, gpus: 1), "mixed")
        #expect(found?.what == "no node of the partition `mixed` of target `hpc` has 64 processors and 1 GPUs together")
        let other = refusal(Resources(cpus: 64), "main")
        #expect(
            other?.fix?.hasSuffix("name the partition `mixed`, which has it: `--set targets.hpc.partition=mixed`")
                == true
        )
    }

    @Test func `more time than the partition gives`() {
        let found = refusal(Resources(time: 61_000), "short")
        #expect(found?.what.hasSuffix("will not give a run 1m 01s of time") == true, "\(found?.what ?? "")")
        #expect(found?.why == "it gives at most 1m 00s")
    }
}
