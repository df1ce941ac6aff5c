import Reprise
import RepriseModel

/// What is said when followed runs have ended: a table of them, and the last words of those that failed.
struct RunEnding {
    let session: Session
    let rows: [RunRow]
    let isJSON: Bool

    /// Longer tables are better had from `list`.
    private static let limit = 20

    func tell() async throws {
        let console = session.console
        if isJSON {
            return try console.object(["event": "ended", "runs": .list(rows.map(\.value))])
        }
        for row in rows.filter({ $0.state == .failed && $0.origin == nil }).prefix(3) { try await lastWords(of: row) }
        guard !console.isQuiet else { return }
        let shown = rows.prefix(Self.limit)
        try console.print(RunTableView(rows: Array(shown), now: session.now).table(width: console.tableWidth))
        if rows.count > shown.count, let first = rows.first, first.origin == nil {
            console.say("and \(rows.count - shown.count) more: `reprise list --launch \(first.launch)`")
        }
    }

    private func lastWords(of row: RunRow) async throws {
        let lines = try await end(of: row, errors: true)
        guard !lines.isEmpty else {
            // A run that never began wrote nothing, and its reason has been told.
            if try await end(of: row, errors: false).isEmpty { return }
            return session.console.say("`reprise logs \(row.id.short)` tells what \(row.name) wrote".harmless)
        }
        session.console.say("the last that \(row.name) (\(row.id.short)) wrote to standard error:".harmless)
        for line in lines { session.console.say("  " + line.harmless) }
    }

    /// At most ten lines, and 8 KiB.
    private func end(of row: RunRow, errors: Bool) async throws -> [String] {
        var bytes: [UInt8] = []
        for try await piece in try session.laboratory.logs(row.id, LogOptions(errors: errors, tail: 10)) {
            bytes += piece
        }
        return String(decoding: bytes.suffix(8192), as: UTF8.self).split(separator: "\n").suffix(10).map(String.init)
    }
}
