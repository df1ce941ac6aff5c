import OrderedCollections
import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `AWS Batch replies` {
    private func row(_ text: String) throws -> BatchRow {
        try #require(BatchReply.jobs(try Value(json: #"{"jobs": [\#(text)]}"#)).first)
    }

    private func evidence(start: Timestamp? = nil, memory: Int64? = nil, time: Int64? = nil) -> BatchEvidence {
        let job = Job(
            key: JobKey(run: RunRequest.sample("x").id),
            folder: "/x",
            resources: Resources(memory: memory, time: time)
        )
        return BatchEvidence(job: job, start: start)
    }

    private let now = Timestamp(milliseconds: 9)

    @Test func `a job as the service tells of it`() throws {
        let row = try row(
            """
            {"jobId": "56b204d0:1", "jobName": "reprise-a", "status": "FAILED", "statusReason": "Essential container in task exited",
             "startedAt": 1795296331256, "stoppedAt": 1795296331784, "attempts": [{"container": {"exitCode": 137,
             "reason": "OutOfMemoryError: Container killed due to memory usage", "logStreamName": "d/default/1"}}],
             "container": {"image": "x:1", "exitCode": 137, "logStreamName": "d/default/1",
             "reason": "OutOfMemoryError: Container killed due to memory usage"}}
            """
        )
        #expect(row.id == "56b204d0:1" && row.state == .failed && row.status == 137 && row.log == "d/default/1")
        #expect(row.start == Timestamp(milliseconds: 1_795_296_331_256) && row.image == "x:1")
        let end = BatchEnd.status(row, evidence(start: now, memory: 32 << 20), now: now)
        guard case .ended(let record, let reason) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(record.signal == 9 && record.outOfMemory == true && reason == "out of memory (memory limit of 32 MiB)")
    }

    @Test(arguments: [
        (
            "CannotPullContainerError: pull access denied for nope",
            "could not begin: CannotPullContainerError: pull access denied for nope"
        ),
        ("", "could not begin: AWS Batch does not say why; can it pull `x:1`?"),
        (
            "ResourceInitializationError: unable to pull secrets",
            "could not begin: ResourceInitializationError: unable to pull secrets"
        ),
    ])
    func `a job that never began ends with the reason`(_ words: String, _ expected: String) throws {
        let row = try row(
            #"{"jobId": "a", "status": "FAILED", "statusReason": "\#(words)", "container": {"image": "x:1"}}"#
        )
        guard case .ended(let record, let reason) = BatchEnd.status(row, evidence(), now: now) else {
            Issue.record("it did not end")
            return
        }
        #expect(!record.isSuccess && reason == expected)
    }

    @Test func `ends that the service decides`() throws {
        let spot = try row(
            #"{"jobId": "a", "status": "FAILED", "statusReason": "Host EC2 (instance i-0) terminated."}"#
        )
        #expect(BatchEnd.status(spot, evidence(start: now), now: now) == .preempted())
        let late = try row(
            #"{"jobId": "a", "status": "FAILED", "statusReason": "Job attempt duration exceeded timeout"}"#
        )
        guard case .ended(_, let time) = BatchEnd.status(late, evidence(start: now, time: 60_000), now: now) else {
            Issue.record("it did not end")
            return
        }
        #expect(time == "time limit of 1m 00s")
        let other = try row(#"{"jobId": "a", "status": "FAILED", "statusReason": "somebody else"}"#)
        guard case .ended(let record, let reason) = BatchEnd.status(other, evidence(start: now), now: now) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.signal == 9 && reason == "ended at AWS Batch: somebody else")
        var cancelled = evidence()
        cancelled.isCancelled = true
        guard case .ended(let stopped, let why) = BatchEnd.status(other, cancelled, now: now) else {
            Issue.record("it did not end")
            return
        }
        #expect(stopped.signal == 15 && why == "cancelled at AWS Batch before it began")
        let done = try row(#"{"jobId": "a", "status": "SUCCEEDED"}"#)
        guard case .lost = BatchEnd.status(done, evidence(start: now), now: now) else {
            Issue.record("a job that handed nothing back is not lost")
            return
        }
    }

    @Test func `a job that can never begin is hopeless`() throws {
        let waits =
            #"{"jobId": "a", "status": "RUNNABLE", "statusReason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"}"#
        #expect(BatchEnd.hopelessness(try row(waits)) == "the queue can never execute it: JOB_RESOURCE_REQUIREMENT")
        #expect(BatchEnd.hopelessness(try row(#"{"jobId": "a", "status": "RUNNABLE"}"#)) == nil)
    }

    @Test func `definitions, queues and logs`() throws {
        let definitions = try Value(
            json:
                #"{"jobDefinitions": [{"revision": 1, "status": "ACTIVE"}, {"revision": 3, "status": "INACTIVE"}, {"revision": 2, "status": "ACTIVE"}]}"#
        )
        #expect(BatchReply.definition(definitions)?["revision"]?.integerValue == 2)
        #expect(BatchReply.definition(.map([:])) == nil)
        let queues = try Value(
            json:
                #"{"jobQueues": [{"jobQueueName": "q", "state": "ENABLED", "status": "VALID", "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "arn:aws:batch:x:1:compute-environment/c"}]}]}"#
        )
        #expect(BatchReply.queues(queues).map(\.description) == ["job queue `q` on c"])
        let log = try Value(json: #"{"events": [{"message": "a"}, {"message": "reprise: b"}]}"#)
        #expect(BatchReply.log(log) == ["a", "reprise: b"])
    }

    @Test func `what the service of objects lists and refuses`() {
        let listing = S3Reply.listing(
            """
            <ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>w/out/b/0/claim_x_7</Key><Size>3</Size></Contents>\
            <Contents><Key>a&amp;b</Key><Size>0</Size></Contents><NextContinuationToken>t/+=</NextContinuationToken></ListBucketResult>
            """
        )
        #expect(listing.objects.map(\.key) == ["w/out/b/0/claim_x_7", "a&b"] && listing.objects[0].bytes == 3)
        #expect(listing.next == "t/+=")
        let error = S3Reply.error("<Error><Code>NoSuchBucket</Code><Message>The specified bucket</Message></Error>")
        #expect(error?.code == "NoSuchBucket" && error?.message == "The specified bucket")
        #expect(S3Outcome(status: 404, text: "<Error><Code>NoSuchBucket</Code></Error>").words == "NoSuchBucket")
    }

    @Test(arguments: [
        (
            "An error occurred (ClientException) when calling the SubmitJob operation: Job definition reprise-1 does not exist",
            "aws-no-definition"
        ),
        (
            "An error occurred (ClientException) when calling the SubmitJob operation: Job queue q does not exist",
            "aws-no-queue"
        ),
        (
            "An error occurred (ClientException) when calling the SubmitJob operation: Job Queue q is not in ENABLED state",
            "aws-queue-closed"
        ),
        ("ExpiredToken: The provided token has expired.", "aws-expired"),
        ("NoSuchBucket: The specified bucket does not exist", "aws-no-bucket"),
        ("An error occurred (TooManyRequestsException) when calling the SubmitJob operation: slow down", "aws-busy"),
        ("Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"", "aws-unreachable"),
    ])
    func `what the services refuse, by their words`(_ words: String, _ code: String) {
        let settings = BatchSettings(queue: "q", workspace: "s3://bucket/work")
        #expect(AWSError.refusal(words, command: "aws batch submit-job", settings).code == code)
    }

    @Test func `what jobs have sent, sorted`() {
        let names = [
            "claim_u_9", "claim_v_7", "stdout.log.0", "stdout.log.12.base64", "metrics.jsonl.0", "trouble",
            "leavings.tar.gz",
        ]
        let inboxes = BatchInbox.sorted(
            names.map { S3Reply.Object(key: "p/out/b/3/\($0)", bytes: 1) } + [S3Reply.Object(key: "p/out/x", bytes: 1)],
            head: "p/out/"
        )
        #expect(Array(inboxes.keys) == ["b/3"])
        let inbox = inboxes["b/3"]
        #expect(inbox?.claim == Timestamp(milliseconds: 7))
        #expect(inbox?.leavings == "p/out/b/3/leavings.tar.gz" && inbox?.trouble == "p/out/b/3/trouble")
        #expect(inbox?.pieces.map(\.offset) == [0, 12, 0] && inbox?.pieces.map(\.isText) == [false, true, false])
        #expect(inbox?.keys.count == 7)
    }
}
