import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization

@testable import RepriseDispatchers

/// Answers in place of `aws` and `curl`: a bucket in memory, and whatever a test says of AWS Batch.
final class CloudStandIn: ProcessRunner {
    struct State {
        var objects: [String: [UInt8]] = [:]
        /// `GET KEY` and the like that are refused, whatever there is.
        var refused: Set<String> = []
        /// `submit-job` and the like → what `aws` prints.
        var answers: [String: String] = ["describe-jobs": #"{"jobs": []}"#, "list-jobs": #"{"jobSummaryList": []}"#]
        /// What `aws` was asked, and what was asked of the bucket.
        var asked: [String] = []
        /// Those that fail as if nobody were there.
        var away: Set<String> = []
    }

    let state = Mutex(State())

    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }

    func asked(_ word: String) -> Int { state.withLock { $0.asked.count { $0.hasPrefix(word) } } }

    func put(_ key: String, _ text: String) { state.withLock { $0.objects[key] = Array(text.utf8) } }

    func refuse(_ calls: Set<String>) { state.withLock { $0.refused = calls } }

    func answer(_ word: String, _ text: String) {
        state.withLock { state in
            state.answers[word] = text
            state.away.remove(word)
        }
    }

    func lose(_ word: String) { _ = state.withLock { $0.away.insert(word) } }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        switch invocation.program {
        case "curl": try transfer(String(decoding: invocation.input, as: UTF8.self))
        case "aws", "flock": aws(invocation.arguments)
        default: try await LiveProcessRunner().run(invocation)
        }
    }

    private func aws(_ words: [String]) -> ProcessResult {
        let words = words.first == "--no-fork" ? Array(words.dropFirst(3)) : words
        return state.withLock { state in
            state.asked.append(words.dropFirst().joined(separator: " "))
            guard words.count > 1, !state.away.contains(words[1]) else {
                return ProcessResult(status: 255, errors: Array("Could not connect to the endpoint URL\n".utf8))
            }
            return ProcessResult(status: 0, output: Array((state.answers[words[1]] ?? "{}").utf8))
        }
    }

    // MARK: The bucket

    private func transfer(_ configuration: String) throws -> ProcessResult {
        var text = ""
        for (index, call) in configuration.split(separator: "\nnext\n").enumerated() {
            var settings: [String: String] = [:]
            for line in call.split(separator: "\n") {
                guard let sign = line.firstRange(of: " = ") else { continue }
                settings[String(line[..<sign.lowerBound])] = String(line[sign.upperBound...].dropFirst().dropLast())
            }
            text += "\(index) \(try answer(settings))\n"
        }
        return ProcessResult(status: 0, output: Array(text.utf8))
    }

    private func answer(_ settings: [String: String]) throws -> Int {
        guard let url = URLComponents(string: settings["url"] ?? ""), let draft = settings["output"] else { return 400 }
        let key = String(url.path.dropFirst("/lab/".count))
        let method = settings["request"] ?? "PUT"
        let prefix = url.queryItems?.first { $0.name == "prefix" }?.value
        let call = prefix == nil ? "\(method) \(key)" : "LIST \(prefix ?? "")"
        let content = try settings["upload-file"].map { try LiveFileSystem().read($0, limit: 1 << 20) }
        let (status, reply) = state.withLock { state in
            state.asked.append(call)
            if state.refused.contains(call) { return (503, Array("<Code>SlowDown</Code>".utf8)) }
            if let prefix { return (200, Self.listing(state.objects.keys.filter { $0.hasPrefix(prefix) })) }
            switch method {
            case "GET": return state.objects[key].map { (200, $0) } ?? (404, [])
            case "DELETE":
                state.objects[key] = nil
                return (204, [])
            default:
                state.objects[key] = content ?? Array((settings["data-raw"] ?? "").utf8)
                return (200, [])
            }
        }
        try LiveFileSystem().write(reply, to: draft)
        return status
    }

    private static func listing(_ keys: [String]) -> [UInt8] {
        let objects = keys.sorted().map { "<Contents><Key>\($0)</Key><Size>1</Size></Contents>" }
        return Array("<ListBucketResult>\(objects.joined())</ListBucketResult>".utf8)
    }
}

/// Parts of a target whose services are a stand-in, in a temporary folder that is removed at the end.
final class CloudBench {
    let cloud = CloudStandIn()
    let clock = ManualWallClock()
    let files = LiveFileSystem()
    let path: String
    let staging: BatchStaging
    let commands: AWSCommands
    let settings = BatchSettings(queue: "q", workspace: "s3://lab/work", region: "eu-x", endpoint: "http://127.0.0.1:1")
    let variables = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
    /// Before the keys of what jobs send.
    let out = "work/store/out/"
    let input = "work/store/in/"
    private var count = 0

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "reprise-cloud-\(UUID().uuidString)").path
        let folder = path + "/aws-batch"
        try files.makeFolder(folder)
        try files.write("store", to: folder + "/name")
        commands = AWSCommands(
            settings: settings,
            processes: cloud,
            files: files,
            variables: variables,
            folder: folder
        )
        let transfers = S3Transfers(
            processes: cloud,
            files: files,
            entropy: LiveEntropy(),
            folder: folder + "/replies"
        )
        let session = AWSSession(commands, wallClock: clock)
        staging = BatchStaging(
            store: S3Store(session: session, transfers: transfers, settings: settings, store: "store"),
            jobFiles: BatchJobFiles(files: files, folder: folder),
            files: files,
            processes: cloud,
            entropy: LiveEntropy()
        )
    }

    deinit { try? files.remove(path) }

    func makeBatch() -> AWSBatch {
        AWSBatch(
            settings,
            folder: path + "/aws-batch",
            processes: cloud,
            variables: variables,
            wallClock: clock,
            interval: .zero
        )
    }

    /// A job that was submitted by itself as `batch`, with the id `ID-batch`.
    func makeJob(_ batch: String, id: Bool = true) throws -> (job: Job, handle: JobHandle) {
        count += 1
        let folder = "\(path)/runs/\(count)"
        try files.makeFolder(folder)
        var generator = SeededGenerator(seed: UInt64(count))
        let job = Job(key: JobKey(run: RunID(using: &generator)), folder: folder)
        let submission = BatchJobFiles.Submission(name: batch, index: nil, id: id ? "ID-\(batch)" : nil)
        try staging.jobFiles.write(submission, of: job)
        try staging.jobFiles.write(size: 1, of: batch)
        return (job, JobHandle("ID-\(batch)"))
    }
}
