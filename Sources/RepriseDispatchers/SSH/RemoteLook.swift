import RepriseSystem

/// What one look at a workspace tells: which jobs have ended, what is new of their files, and what Slurm answers.
struct RemoteLook: Hashable, Sendable {
    struct Piece: Hashable, Sendable {
        /// Below the workspace.
        var path: String
        /// Where in the file it belongs; 0 for one that was written anew.
        var offset: Int64
        var bytes: [UInt8]
    }

    var pieces: [Piece] = []
    /// Paths of exit records that are there.
    var exits: Set<String> = []
    /// What the question was answered, and with which status; nil where nothing was asked.
    var answer: (text: String, status: Int)?
    var isWhole = false

    static func == (first: RemoteLook, second: RemoteLook) -> Bool {
        first.pieces == second.pieces && first.exits == second.exits && first.isWhole == second.isWhole
            && first.answer?.text == second.answer?.text && first.answer?.status == second.answer?.status
    }

    func hash(into hasher: inout Hasher) { hasher.combine(pieces) }
}

extension RemoteLook {
    /// Reads what `RemoteWorkspaceScript.look` prints. A file that shrank meanwhile comes with fewer bytes than announced.
    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let line = Self.line(&rest) {
            let words = line.split(separator: " ")
            switch words.first {
            case "exit" where words.count == 2: exits.insert(String(words[1]))
            case "file" where words.count == 4:
                let count = Int(words[3]) ?? 0
                guard let payload = Self.payload(&rest, expecting: count) else { return }
                pieces.append(Piece(path: String(words[1]), offset: Int64(words[2]) ?? 0, bytes: Array(payload.bytes)))
            case "answer":
                guard let payload = Self.payload(&rest, expecting: nil) else { return }
                answer = (String(decoding: payload.bytes, as: UTF8.self), payload.status)
            case "done": isWhole = true
            default: return
            }
        }
    }

    private static let trailer = Array("\n\u{1}end".utf8)

    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    /// What stands before the trailer; the trailer is where it is expected, or else the next one there is.
    private static func payload(
        _ rest: inout ArraySlice<UInt8>,
        expecting count: Int?
    ) -> (bytes: ArraySlice<UInt8>, status: Int)? {
        var end = rest.startIndex + (count ?? 0)
        if count == nil || end > rest.endIndex || !rest[end...].starts(with: trailer) {
            end = rest.startIndex
            while end < rest.endIndex, !(rest[end] == trailer[0] && rest[end...].starts(with: trailer)) { end += 1 }
        }
        guard end < rest.endIndex else { return nil }
        let bytes = rest[..<end]
        rest = rest[(end + trailer.count)...]
        guard let tail = line(&rest) else { return nil }
        return (bytes, Int(tail.drop { $0 == " " }) ?? 0)
    }
}
