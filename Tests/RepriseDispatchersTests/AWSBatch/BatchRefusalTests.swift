import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseDispatchers

/// What a queue can never execute, in the words of `aws`.
@Suite struct `What AWS Batch has no machines for` {
    private let own = #"""
        {"computeEnvironments": [{"computeEnvironmentName": "small", "type": "MANAGED", "state": "ENABLED", "status": "VALID",
         "statusReason": "ComputeEnvironment Healthy", "computeResources": {"type": "EC2", "minvCpus": 0, "maxvCpus": 8,
         "desiredvCpus": 0, "instanceTypes": ["m5.large", "g4dn"]}}]}
        """#
    private let kinds = #"""
        {"InstanceTypes": [
         {"InstanceType": "m5.large", "VCpuInfo": {"DefaultVCpus": 2}, "MemoryInfo": {"SizeInMiB": 8192}},
         {"InstanceType": "g4dn.xlarge", "VCpuInfo": {"DefaultVCpus": 4}, "MemoryInfo": {"SizeInMiB": 16384},
          "GpuInfo": {"Gpus": [{"Name": "T4", "Count": 1}], "TotalGpuMemoryInMiB": 16384}}]}
        """#

    private func environment(_ change: (inout BatchEnvironment) -> Void = { _ in }) throws -> BatchEnvironment {
        var environment = try #require(BatchReply.environments(try Value(json: own)).first)
        change(&environment)
        return environment
    }

    private func machines() throws -> [BatchMachine] { BatchReply.machines(try Value(json: kinds)) }

    @Test func `an environment and its kinds of machines as the services tell of them`() throws {
        let environment = try environment()
        #expect(environment.name == "small" && environment.processors == 8 && !environment.isFargate)
        #expect(environment.patterns == ["m5.large", "g4dn.*"])
        #expect(
            try machines().map(\.words) == [
                "2 processors, 8 GiB of memory and no GPU", "4 processors, 16 GiB of memory and 1 GPU",
            ]
        )
        // It chooses among kinds that nobody names.
        #expect(try self.environment { $0.machines = ["m5.large", "optimal"] }.patterns == nil)
        #expect(try self.environment { $0.machines = [] }.patterns == nil)
    }

    @Test(
        arguments: [
            (Resources(cpus: 8), nil, nil),
            (Resources(cpus: 9), "9 processors", "the compute environment `small` has at most 8"),
            (Resources(cpus: 4, memory: 16 << 30, gpus: 1), nil, nil),
            (
                Resources(cpus: 5), "5 processors",
                """
                the compute environment `small` has machines of kind `g4dn.xlarge`, `m5.large`; the largest has 4 processors, \
                16 GiB of memory and 1 GPU
                """
            ),
            (
                Resources(memory: 20 << 30, gpus: 1), "20 GiB of memory and 1 GPU",
                """
                the compute environment `small` has machines of kind `g4dn.xlarge`, `m5.large`; the largest has 4 processors, \
                16 GiB of memory and 1 GPU
                """
            ),
        ] as [(Resources, String?, String?)]
    )
    func `a job that asks for more than any machine has is refused`(
        _ demand: Resources,
        _ asked: String?,
        _ why: String?
    ) throws {
        let known = demand == Resources(cpus: 8) ? nil : try machines()
        let refusal = BatchRefusal(demand, queue: "q", environments: [(try environment(), known)])
        #expect(refusal?.what == asked.map { "the job queue `q` can never give a run \($0)" })
        #expect(refusal?.why == why)
        #expect(refusal.map(\.fault) ?? .usage == .usage)
    }

    @Test func `one of several environments is enough, and nothing is refused where nobody knows`() throws {
        let (small, large) = (try environment(), try environment { $0.processors = 64 })
        let demand = Resources(cpus: 16)
        #expect(BatchRefusal(demand, queue: "q", environments: [(small, nil), (large, nil)]) == nil)
        #expect(BatchRefusal(demand, queue: "q", environments: [(small, nil)]) != nil)
        #expect(BatchRefusal(demand, queue: "q", environments: [(try environment { $0.processors = nil }, nil)]) == nil)
        #expect(BatchRefusal(demand, queue: "q", environments: []) == nil)
    }

    @Test func `Fargate has sixteen processors, 120 GiB and no GPU`() throws {
        let fargate = try environment { ($0.isFargate, $0.machines, $0.processors) = (true, [], 256) }
        func why(_ demand: Resources) -> String? {
            BatchRefusal(demand, queue: "q", environments: [(fargate, nil)])?.why
        }
        let place = "the compute environment `small` is Fargate, which has"
        #expect(why(Resources(cpus: 16, memory: 120 << 30)) == nil)
        #expect(why(Resources(cpus: 17)) == "\(place) at most 16")
        #expect(why(Resources(memory: 121 << 30)) == "\(place) at most 120 GiB")
        #expect(why(Resources(gpus: 1)) == "\(place) none")
    }
}
