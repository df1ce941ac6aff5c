import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite struct `What is in the bucket of jobs that have ended` {
    private let folder: String
    private let bucket = Bucket()
    private let staging: BatchStaging
    private let batch = "reprise-0123-89ab"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reprise-clearing-\(UUID().uuidString)").path
        let files = LiveFileSystem()
        let settings = BatchSettings(
            queue: "q",
            workspace: "s3://lab/work",
            region: "eu-x",
            endpoint: "http://127.0.0.1:1"
        )
        let commands = AWSCommands(
            settings: settings,
            processes: bucket,
            files: files,
            variables: ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"],
            folder: folder
        )
        let transfers = S3Transfers(
            processes: bucket,
            files: files,
            entropy: LiveEntropy(),
            folder: folder + "/replies"
        )
        let session = AWSSession(commands, wallClock: LiveWallClock())
        staging = BatchStaging(
            store: S3Store(session: session, transfers: transfers, settings: settings, store: "store"),
            jobFiles: BatchJobFiles(files: files, folder: folder),
            files: files,
            processes: bucket,
            entropy: LiveEntropy()
        )
        try staging.jobFiles.write(size: 2, of: batch)
    }

    private func remains(_ index: Int, _ keys: [String]?) -> BatchStaging.Remains {
        .init(submission: BatchJobFiles.Submission(name: batch, index: index, id: "i:\(index)"), keys: keys)
    }

    @Test func `goes with each job, and what all share with the last`() async throws {
        defer { try? LiveFileSystem().remove(folder) }
        await staging.clear([remains(0, ["out/a", "out/b"])])
        #expect(bucket.removed == ["0.tar", "a", "b"])
        await staging.clear([remains(1, [])])
        #expect(bucket.removed == ["0.tar", "1.tar", "a", "b", "control", "halves", "start.sh"])
        #expect(try LiveFileSystem().status(folder + "/" + batch) == nil)
    }

    @Test func `is left to the next one by whoever dies at it`() async throws {
        defer { try? LiveFileSystem().remove(folder) }
        bucket.isDeadly.withLock { $0 = true }
        let staging = staging
        let both = [remains(0, ["out/a"]), remains(1, ["out/b"])]
        await Task { await staging.clear(both) }.value
        #expect(both.allSatisfy { !staging.jobFiles.hasEnded($0.submission) } && bucket.removed.isEmpty)
        bucket.isDeadly.withLock { $0 = false }
        await staging.clear(both)
        #expect(bucket.removed == ["0.tar", "1.tar", "a", "b", "control", "halves", "start.sh"])
    }

    @Test(arguments: ["control", "1.tar"])
    func `is not forgotten while some of it may be there`(_ name: String) async throws {
        defer { try? LiveFileSystem().remove(folder) }
        bucket.away.withLock { $0 = [name] }
        await staging.clear([remains(0, []), remains(1, [])])
        #expect(staging.jobFiles.over() == [batch])
        bucket.away.withLock { $0 = [] }
        await staging.clear([remains(1, nil)])
        #expect(staging.jobFiles.over() == [])
    }

    @Test func `what all share goes, too, where the last one's end was noted and no more`() async throws {
        defer { try? LiveFileSystem().remove(folder) }
        for index in 0..<2 { staging.jobFiles.noteEnd(of: remains(index, nil).submission) }
        #expect(staging.jobFiles.hasEnded(remains(1, nil).submission))
        await staging.clear([remains(1, nil)])
        #expect(bucket.removed == ["control", "halves", "start.sh"])
        #expect(try LiveFileSystem().status(folder + "/" + batch) == nil)
    }
}

/// Takes whatever is asked of it, and remembers the last names of what was removed.
private final class Bucket: ProcessRunner {
    private let all = Mutex<Set<String>>([])
    /// Those that it does not remove now.
    let away = Mutex<Set<String>>([])
    /// Whether its caller dies before anything happens.
    let isDeadly = Mutex(false)

    var removed: [String] { all.withLock { $0.sorted() } }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        if isDeadly.withLock({ $0 }) {
            withUnsafeCurrentTask { $0?.cancel() }
            throw CancellationError()
        }
        let lines = String(decoding: invocation.input, as: UTF8.self).split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("url = ") }
            .compactMap { $0.prefix { $0 != "?" }.split(separator: "/").last.map(String.init) }
        #expect(lines.count { $0 == "request = \"DELETE\"" } == names.count)
        let isAway = away.withLock { !$0.isDisjoint(with: names) }
        if !isAway { all.withLock { $0.formUnion(names) } }
        let text = names.indices.map { "\($0) \(isAway ? 503 : 404)\n" }.joined()
        return ProcessResult(status: 0, output: Array(text.utf8))
    }
}
