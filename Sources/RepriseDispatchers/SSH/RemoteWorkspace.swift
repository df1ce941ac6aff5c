import RepriseDispatch
import RepriseModel
import RepriseSystem
import Synchronization

/// A folder on another machine in which jobs are executed: brings there what they need, and what they leave back.
///
/// Everything may be done again, by whoever comes after the death of this process. Nothing is kept in memory that matters.
actor RemoteWorkspace {
    nonisolated let runner: RemoteProcessRunner
    nonisolated let path: String
    nonisolated let files: any FileSystem
    private var facts: Task<RemoteFacts, any Error>?
    nonisolated private let root = Mutex<String?>(nil)

    init(_ path: String, on runner: RemoteProcessRunner, files: any FileSystem) {
        self.path = path
        self.runner = runner
        self.files = files
    }

    /// Where it lies there, as far as that is known yet.
    nonisolated var knownPath: String { root.withLock { $0 } ?? path }

    /// Whether this process has worked in it already.
    nonisolated var wasOpen: Bool { root.withLock { $0 } != nil }

    nonisolated var host: String { runner.connection.destination.name }

    /// Makes the workspace where need be, once.
    func open() async throws -> RemoteFacts {
        if let facts { return try await facts.value }
        let task = Task {
            let facts = RemoteFacts(try await execute(RemoteWorkspaceScript.open, [path]).text)
            try check(facts)
            root.withLock { $0 = facts.root }
            return facts
        }
        facts = task
        do { return try await task.value } catch {
            facts = nil
            throw error
        }
    }

    func place() async throws -> RemotePlace { RemotePlace(root: try await open().root) }

    /// The same without making anything.
    nonisolated func probe() async throws -> RemoteFacts {
        let facts = RemoteFacts(try await execute(RemoteWorkspaceScript.probe, [path]).text)
        try check(facts)
        return facts
    }

    nonisolated private func check(_ facts: RemoteFacts) throws {
        guard facts.root.hasPrefix("/") else {
            if facts.root.isEmpty { throw RemoteWorkspaceError.garbled(host: host) }
            throw RemoteWorkspaceError.unusable(path: path, host: host, words: "it is no absolute path")
        }
        if let program = RemoteFacts.needed.first(where: { !facts.programs.contains($0) }) {
            throw RemoteWorkspaceError.lacks(program: program, host: host)
        }
    }

    // MARK: Looking

    /// The most bytes of one file, and of all, that one look brings. The rest comes with the next.
    private static let most = (file: 1 << 20, all: 16 << 20)

    /// What is new of these jobs' files is added to theirs here, and `question` is asked there: one round trip. `logs` are
    /// more files, by their paths there and here; what lies at `paths` there goes away. Returns the answer, and those that have ended there.
    func look(
        at jobs: [Job],
        logs: [(there: String, here: String)] = [],
        clearing paths: [String] = [],
        asking question: [String] = []
    ) async throws -> (answer: (text: String, status: Int)?, ended: [Job]) {
        let root = try await place().root
        var here: [String: String] = [:]
        var lines: [String] = []
        for job in jobs {
            let folder = RemotePlace.folder(of: job)
            lines.append("look \(folder)")
            for name in Self.followed { here["\(folder)/\(name)"] = "\(job.folder)/\(name)" }
        }
        for log in logs {
            lines.append("look \(log.there)")
            here[log.there] = log.here
        }
        lines += paths.map { "clear " + $0 }
        for (there, here) in here {
            if let status = try? files.status(here), status.bytes > 0 { lines.append("know \(there) \(status.bytes)") }
        }
        let words = [root, "\(Self.most.file)", "\(Self.most.all)"] + question
        let input = Array((lines.joined(separator: "\n") + "\n").utf8)
        let look: RemoteLook
        do {
            look = RemoteLook(try await execute(RemoteWorkspaceScript.look, words, input: input).output)
        } catch let error as RemoteWorkspaceError {
            // It may be gone, and is made again before the next look.
            facts = nil
            throw error
        }
        guard look.isWhole else { throw RemoteWorkspaceError.garbled(host: host) }
        for piece in look.pieces { if let path = here[piece.path] { try add(piece, to: path) } }
        let ended = jobs.filter { look.exits.contains("\(RemotePlace.folder(of: $0))/\(ExitFile.name)") }
        return (look.answer, ended)
    }

    private static let followed = [
        "stdout.log", "stderr.log", "metrics.jsonl", "slurm.claim", "started", "limit", "slurm.log",
        JobFolders.engineLog,
    ]

    /// Whoever looks at the same time brings the same bytes.
    private func add(_ piece: RemoteLook.Piece, to path: String) throws {
        let size = try files.status(path)?.bytes ?? 0
        if piece.offset == 0, size > 0 {
            try files.write(piece.bytes, to: path)
        } else if piece.offset == size {
            try files.append(piece.bytes, to: path)
        }
    }

    // MARK: Executing

    nonisolated static func invocation(_ script: String, _ words: [String], input: [UInt8] = []) -> Invocation {
        Invocation("sh", ["-c", script, "sh"] + words, input: input)
    }

    nonisolated func execute(_ script: String, _ words: [String], input: [UInt8] = []) async throws -> ProcessResult {
        let result = try await runner.run(Self.invocation(script, words, input: input))
        guard result.status == 0 else { throw refusal(result) }
        return result
    }

    nonisolated func refusal(_ result: ProcessResult) -> RemoteWorkspaceError {
        RemoteWorkspaceError.refusal(result.errorText, path: path, host: host)
    }
}
