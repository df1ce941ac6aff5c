import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// What jobs have sent, by their keys. Pure.
struct BatchInbox: Hashable, Sendable {
    /// When the first of those who executed it claimed the job.
    var claim: Timestamp?
    /// The key of what the job left; it has ended then.
    var leavings: String?
    var trouble: String?
    /// What its files have grown by.
    var pieces: [Piece] = []
    var keys: [String] = []

    struct Piece: Hashable, Sendable {
        var key: String
        var file: String
        var offset: Int64
        /// Text alone goes through some programs.
        var isText: Bool
    }

    static let files: Set<String> = ["stdout.log", "stderr.log", "metrics.jsonl"]

    /// By batch and number, such as `reprise-0123/7`; `head` stands before each key.
    static func sorted(_ objects: [S3Reply.Object], head: String) -> [String: BatchInbox] {
        var inboxes: [String: BatchInbox] = [:]
        for object in objects where object.key.hasPrefix(head) {
            let parts = object.key.dropFirst(head.count).split(separator: "/")
            guard parts.count == 3 else { continue }
            inboxes["\(parts[0])/\(parts[1])", default: BatchInbox()].add(object.key, String(parts[2]))
        }
        return inboxes
    }

    private mutating func add(_ key: String, _ fullName: String) {
        keys.append(key)
        let isText = fullName.hasSuffix(".base64")
        let name = isText ? String(fullName.dropLast(7)) : fullName
        if name == "leavings.tar.gz" { leavings = key }
        if name == "trouble" { trouble = key }
        if name.hasPrefix("claim_"), let time = name.split(separator: "_").last.flatMap({ Int64($0) }) {
            claim = min(claim ?? Timestamp(milliseconds: .max), Timestamp(milliseconds: time))
        }
        guard let dot = name.lastIndex(of: "."), let offset = Int64(name[name.index(after: dot)...]) else { return }
        let file = String(name[..<dot])
        if Self.files.contains(file) { pieces.append(Piece(key: key, file: file, offset: offset, isText: isText)) }
    }
}

/// Takes over what jobs have sent.
struct BatchFetching: Sendable {
    let store: S3Store
    let processes: any ProcessRunner
    let files: any FileSystem

    /// Those that can be added one after the other, in that order: what lies behind a gap waits for what fills it.
    func inOrder(_ pieces: [BatchInbox.Piece], of job: Job) -> [BatchInbox.Piece] {
        var waiting: Set<String> = []
        var seen: Set<String> = []
        return pieces.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }
            .filter { piece in
                if seen.insert(piece.file).inserted, piece.offset > length(of: piece.file, job) {
                    waiting.insert(piece.file)
                }
                return !waiting.contains(piece.file)
            }
    }

    private func length(of file: String, _ job: Job) -> Int64 {
        (try? files.status("\(job.folder)/\(file)"))?.map(\.bytes) ?? 0
    }

    /// Adds what is new to the job's files here; whatever was added before counts as it lies. What could not be added stays
    /// where it is.
    func take(_ wanted: [BatchInbox.Piece], of job: Job) async throws {
        var taken: [String] = []
        let outcomes = try await store.get(wanted.map { ($0.key, "\(job.folder)/.parcel-\(lastName(of: $0.key))") })
        for (piece, outcome) in zip(wanted, outcomes) where outcome.isSuccess {
            let draft = "\(job.folder)/.parcel-\(lastName(of: piece.key))"
            defer { try? files.remove(draft) }
            var bytes = try files.read(draft, limit: 16 << 20)
            if piece.isText {
                guard let plain = base64Decoded(String(decoding: bytes.filter { $0 > 32 }, as: UTF8.self)) else {
                    continue
                }
                bytes = plain
            }
            let path = "\(job.folder)/\(piece.file)"
            let length = try files.status(path)?.bytes ?? 0
            guard piece.offset <= length else { continue }
            if piece.offset + Int64(bytes.count) > length {
                try files.append(Array(bytes.dropFirst(Int(length - piece.offset))), to: path)
            }
            taken.append(piece.key)
        }
        // What stays costs a little room, and is seen to be taken the next time.
        try? await store.remove(taken)
    }

    /// Lays everything that the job left into its run's folder; then it has ended for everybody.
    func take(leavings key: String, of job: Job, run: String) async throws {
        let marks = job.folder + "/" + StagingScript.marks
        try files.makeFolder(marks)
        let (packed, tar) = (marks + "/fetched", marks + "/fetched.tar")
        let outcome = try await store.get([(key, packed)])[0]
        guard outcome.isSuccess else { throw await store.refusal(outcome) }
        let decoding = key.hasSuffix(".base64") ? #"base64 -d < "$1" | gzip -dc > "$2""# : #"gzip -dc < "$1" > "$2""#
        _ = try await processes.succeed(Invocation("sh", ["-c", decoding, "sh", packed, tar]))
        try Leavings(run: run, job: job.folder, files: files).unpack(tar: tar, concluding: true)
        try files.remove(packed)
        try files.remove(tar)
    }

    func words(_ key: String) async -> String? {
        guard let outcome = try? await store.get([(key, nil)]).first, outcome.isSuccess else { return nil }
        if key.hasSuffix(".base64") {
            return base64Decoded(outcome.text.filter { !$0.isWhitespace }).map { String(decoding: $0, as: UTF8.self) }
        }
        return outcome.text
    }
}
