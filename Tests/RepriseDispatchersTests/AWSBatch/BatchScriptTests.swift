@testable import RepriseDispatchers
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `AWS Batch requests` {
    private let settings = BatchSettings(
        target: "aws",
        queue: "main",
        workspace: "s3://lab/reprise",
        region: "eu-west-1"
    )

    private func batch(_ names: [String], _ resources: Resources = Resources(), secrets: Bool = false) -> BatchBatch {
        BatchBatch(
            name: "reprise-01234567-00ff",
            entries: names.map { BatchBatch.Entry(key: "RUN.\($0)", run: "RUN", below: "steps/\($0)") },
            image: "registry/x@sha256:0123",
            resources: resources,
            hasSecrets: secrets
        )
    }

    private func addresses(_ count: Int) -> BatchAddresses {
        BatchAddresses(
            bucket: "https://lab.s3.eu-west-1.amazonaws.com/",
            out: "reprise/store/out/reprise-01234567-00ff",
            form: [.init(name: "policy", value: "cG9saWN5"), .init(name: "x-amz-signature", value: "00ff")],
            control: "https://lab/control?a=b",
            parcels: (0..<count).map { "https://lab/\($0).tar?a=b&c='d'" },
            claims: (0..<count).map { "https://lab/?prefix=\($0)" },
            code: "https://lab/code",
            data: [],
            halves: "https://lab/halves"
        )
    }

    @Test func `the script of an array, with limits, data and credentials`() throws {
        var batch = batch(["train.0", "train.1"], Resources(cpus: 4, memory: 3 << 30, time: 5_400_001), secrets: true)
        batch.data = [
            .init(name: "it's", content: "data-1", isFolder: true),
            .init(name: "b", content: "data-2", isFolder: false),
        ]
        var addresses = addresses(2)
        addresses.data = ["https://lab/data-1", "https://lab/data-2"]
        try expectGolden(BatchScript.text(batch, addresses), "batch-array.sh")
    }

    @Test func `the script of one job`() throws {
        var addresses = addresses(1)
        addresses.code = nil
        try expectGolden(BatchScript.text(batch(["x"]), addresses), "batch-single.sh")
    }

    @Test func `a definition has a name of its own for all that it says`() throws {
        let plain = BatchRequests.definition(image: "x:1", settings)
        try expectGolden(plain.json(pretty: true) + "\n", "batch-definition.json")
        var roles = settings
        roles.jobRole = "arn:aws:iam::1:role/job"
        let names = [
            plain, BatchRequests.definition(image: "x:2", settings), BatchRequests.definition(image: "x:1", roles),
        ]
        .map(BatchRequests.name(ofDefinition:))
        #expect(Set(names).count == 3 && names.allSatisfy { $0.hasPrefix("reprise-") })
        #expect(plain == BatchRequests.definition(image: "x:1", settings))
    }

    @Test func `a submission, with what the jobs ask for`() throws {
        let resources = Resources(cpus: 4, memory: (3 << 30) + 1, gpus: 1, time: 90_000)
        let request = BatchRequests.submission(
            batch(["a", "b"], resources),
            definition: "reprise-0123",
            start: "https://lab/start",
            halves: "00ff",
            settings
        )
        try expectGolden(request.json(pretty: true) + "\n", "batch-submission.json")
    }

    @Test(arguments: [
        ("s3://", "is no place in a bucket"), ("s3://UPPER/x", "is no place in a bucket"),
        ("folder/x", "is no place in a bucket"),
    ])
    func `a workspace that is none is told`(_ workspace: String, _ words: String) {
        let settings = BatchSettings(queue: "q", workspace: workspace)
        #expect(settings.conflict?.what.contains(words) == true)
    }

    @Test func `what else cannot be is told`() {
        #expect(BatchSettings(queue: nil, workspace: "s3://lab").conflict?.what.contains("no job queue") == true)
        #expect(BatchSettings(queue: "q", workspace: nil).conflict?.what.contains("no bucket") == true)
        #expect(BatchSettings(queue: "q", workspace: "s3://lab", options: ["--query=x"]).conflict != nil)
        #expect(BatchSettings(queue: "q", workspace: "s3://lab", endpoint: "localhost:1").conflict != nil)
        #expect(BatchSettings(queue: "q", workspace: "s3://lab/a//b/", options: ["--profile=lab"]).conflict == nil)
        #expect(BatchSettings(queue: "q", workspace: "s3://lab/a//b/").bucket?.prefix == "a/b")
    }

    @Test(arguments: [
        (
            "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
            "aws-no-credentials"
        ),
        (
            "An error occurred (ClientException) when calling the SubmitJob operation: Job queue nope does not exist",
            "aws-no-queue"
        ),
        ("NoSuchBucket: The specified bucket does not exist", "aws-no-bucket"),
        ("Could not connect to the endpoint URL: \"http://127.0.0.1:1/v1/submitjob\"", "aws-unreachable"),
        (
            "An error occurred (AccessDeniedException) when calling the SubmitJob operation: User: x is not authorized to perform: batch:SubmitJob",
            "aws-denied"
        ),
        (
            "An error occurred (ExpiredTokenException) when calling the DescribeJobs operation: The security token included in the request is expired",
            "aws-expired"
        ),
        ("Credentials were refreshed, but the refreshed credentials are still expired.", "aws-expired"),
        ("Error loading SSO Token: Token for lab does not exist", "aws-no-credentials"),
        ("Error when retrieving credentials from custom-process: exit 1", "aws-no-credentials"),
        ("The source_profile \"nope\" referenced in the profile \"lab\" does not exist.", "aws-no-profile"),
        ("An error occurred (TooManyRequestsException) when calling the SubmitJob operation: slow down", "aws-busy"),
        ("The config profile (nope) could not be found", "aws-no-profile"),
        (
            "You must specify a region. You can also configure your region by running \"aws configure\".",
            "aws-no-region"
        ),
        (
            "An error occurred (ClientException) when calling the SubmitJob operation: Job name should match valid pattern",
            "aws-invalid"
        ),
    ])
    func `refusals in words`(_ words: String, _ code: String) {
        let error = AWSError.refusal(words, command: "aws batch submit-job", settings)
        #expect(error.code == code && (error.why == words || code == "aws-no-region"))
        #expect(!error.what.hasSuffix(".") && error.fix != nil)
    }

    @Test func `addresses of a bucket`() {
        let own = S3Place(bucket: "lab", prefix: "p", region: "eu-west-1", endpoint: nil)
        #expect(own.address(key: own.key("x/y")).text == "https://lab.s3.eu-west-1.amazonaws.com/p/x/y")
        #expect(own.bucketAddress.text == "https://lab.s3.eu-west-1.amazonaws.com/")
        let dotted = S3Place(bucket: "a.b", prefix: "", region: "cn-north-1", endpoint: nil)
        #expect(dotted.address(key: "x").text == "https://s3.cn-north-1.amazonaws.com.cn/a.b/x")
        let other = S3Place(bucket: "lab", prefix: "", region: "x", endpoint: "http://127.0.0.1:5560/")
        #expect(other.address(key: "x").text == "http://127.0.0.1:5560/lab/x")
        #expect(other.bucketAddress.text == "http://127.0.0.1:5560/lab")
    }
}
