import Foundation
import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite(.enabled(if: TestEngine.moto.isUp, TestEngine.moto.absence), .serialized)
struct `Real AWS Batch before anything is queued` {
    private let name = "reprise-test-\(UUID().uuidString.prefix(8).lowercased())"

    @Test func `more than a queue's machines have is refused, and a closed queue takes nothing`() async throws {
        try await makeQueue()
        do {
            let cluster = try cluster()
            #expect(await problems(cluster) == [])
            #expect(await cluster.refusal(of: [Resources(), Resources(cpus: 4, memory: 8 << 30, gpus: 1)]) == nil)
            for (demand, words) in [
                (Resources(cpus: 7), "7 processors: the compute environment `\(name)` has at most 6"),
                (Resources(cpus: 5), "5 processors: the compute environment `\(name)` has machines of kind"),
                (
                    Resources(memory: 64 << 30),
                    "64 GiB of memory: the compute environment `\(name)` has machines of kind"
                ),
                (Resources(gpus: 2), "2 GPUs: the compute environment `\(name)` has machines of kind"),
            ] {
                let refusal = try #require(await cluster.refusal(of: [Resources(cpus: 1), demand]))
                #expect("\(refusal.what): \(refusal.why ?? "")".contains(words), "\(refusal)")
                #expect(refusal.fault == .usage)
            }
            try await aws("batch", "update-job-queue", "--job-queue", name, "--state", "DISABLED")
            #expect(await cluster.examine().problems.map(\.code) == ["aws-queue-closed"])
        } catch {
            try await removeQueue()
            throw error
        }
        try await removeQueue()
    }

    private func problems(_ cluster: some Cluster) async -> [String] {
        await cluster.examine().problems.map { "\($0.what): \($0.why ?? "")" }
    }

    @Test func `a definition that is not active any more is no definition`() async throws {
        let bench = try await BatchBench()
        var settings: [String: Value] = ["job-definition": .string(bench.settings().definition ?? "")]
        let cluster = try cluster(queue: TestEngine.batchQueue, settings)
        #expect(await problems(cluster) == [])
        let commands = cluster.commands
        let known = try #require(
            BatchReply.definition(try await commands.definition(bench.settings().definition ?? ""))
        )
        let arn = try #require(known["jobDefinitionArn"]?.stringValue)
        try await aws("batch", "deregister-job-definition", "--job-definition", arn)
        #expect(await cluster.examine().problems.map(\.code) == ["aws-no-definition"])
        settings["job-definition"] = "nope"
        #expect(
            try await self.cluster(queue: TestEngine.batchQueue, settings).examine().problems.map(\.code) == [
                "aws-no-definition"
            ]
        )
    }

    @Test func `a login that has ended is told as such`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: name).path
        let files = LiveFileSystem()
        try files.makeFolder(folder)
        defer { try? files.remove(folder) }
        let old =
            #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "2020-01-01T00:00:00Z"}"#
        try files.write(old, to: folder + "/old.json")
        try files.write("[default]\ncredential_process = /bin/cat \(folder)/old.json\n", to: folder + "/config")
        let runner = LoggedOutRunner(configuration: folder + "/config")
        let problems = await (try cluster(queue: TestEngine.batchQueue, processes: runner)).examine().problems
        #expect(problems.map(\.code) == ["aws-expired"], "\(problems)")
    }

    private func cluster(
        queue: String? = nil,
        _ more: [String: Value] = [:],
        processes: any ProcessRunner = LiveProcessRunner()
    ) throws -> BatchCluster {
        var target = TargetSettings(name: "aws", kind: .awsBatch)
        target.values = [
            "queue": .string(queue ?? name), "workspace": .string(TestEngine.batchWorkspace), "image": "x",
        ]
        for (key, value) in more { target.values[key] = value }
        return BatchCluster(DispatcherParts(target: target, processes: processes))
    }

    // MARK: A queue with machines that nobody starts

    private func makeQueue() async throws {
        let role = try await word("iam", "get-role", "--role-name", "reprise-test", "--query", "Role.Arn")
        let subnet = try await word("ec2", "describe-subnets", "--query", "Subnets[0].SubnetId")
        let group = try await word("ec2", "describe-security-groups", "--query", "SecurityGroups[0].GroupId")
        let profile = try await word(
            "iam",
            "create-instance-profile",
            "--instance-profile-name",
            name,
            "--query",
            "InstanceProfile.Arn"
        )
        let machines =
            "type=EC2,minvCpus=0,maxvCpus=6,desiredvCpus=0,instanceTypes=m5.large,g4dn.xlarge,subnets=\(subnet),"
            + "securityGroupIds=\(group),instanceRole=\(profile)"
        try await aws(
            "batch",
            "create-compute-environment",
            "--compute-environment-name",
            name,
            "--type",
            "MANAGED",
            "--state",
            "ENABLED",
            "--service-role",
            role,
            "--compute-resources",
            machines
        )
        try await aws(
            "batch",
            "create-job-queue",
            "--job-queue-name",
            name,
            "--state",
            "ENABLED",
            "--priority",
            "1",
            "--compute-environment-order",
            "order=1,computeEnvironment=\(name)"
        )
    }

    private func removeQueue() async throws {
        try await aws("batch", "delete-job-queue", "--job-queue", name)
        try await aws("batch", "delete-compute-environment", "--compute-environment", name)
        try await aws("iam", "delete-instance-profile", "--instance-profile-name", name)
    }

    private func word(_ words: String...) async throws -> String {
        String(try await answer(words + ["--output", "text"]).text.prefix { !$0.isWhitespace })
    }

    private func aws(_ words: String...) async throws { _ = try await answer(words) }

    private func answer(_ words: [String]) async throws -> ProcessResult {
        // Older versions do not look at the variable themselves.
        let endpoint = try #require(inheritedVariables()["AWS_ENDPOINT_URL"])
        return try await LiveProcessRunner().succeed(Invocation("aws", ["--endpoint-url", endpoint] + words))
    }
}

/// Runs programs with no login but what a file of `aws` says.
private struct LoggedOutRunner: ProcessRunner {
    let configuration: String

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        var invocation = invocation
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            invocation.variables.updateValue(nil, forKey: name)
        }
        invocation.variables.updateValue(configuration, forKey: "AWS_CONFIG_FILE")
        return try await LiveProcessRunner().run(invocation)
    }
}
