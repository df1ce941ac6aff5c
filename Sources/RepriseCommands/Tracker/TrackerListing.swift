import ArgumentParser
import Reprise
import RepriseModel

extension TrackerReport {
    static func table(_ reports: [TrackerReport], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("tracker", isWhole: true), .init("kind"), .init("destination"), .init("runs", .right),
            .init("waiting", .right), .init("state"),
        ]
        let rows = reports.map { report -> [Table.Cell] in
            [
                .init(report.number.map(String.init) ?? "new"), .init(report.kind), .init(report.destination),
                .init(String(report.runs)), .init(String(report.waiting)), report.state(now: now),
            ]
        }
        return Table(columns, rows: rows)
    }

    private func state(now: Timestamp) -> Table.Cell {
        if !isInSite { return .init("not in the site", .yellow) }
        if trouble != nil {
            let seconds = nextTry.map { max(0, ($0.milliseconds - now.milliseconds + 999) / 1000) } ?? 0
            return .init("does not answer, next try in \(seconds) s", .red)
        }
        return waiting > 0 ? .init("something waits", .yellow) : .init("has everything", .green)
    }

    var value: Value {
        [
            "number": number.map(Value.integer) ?? .null, "kind": .string(kind), "destination": .string(destination),
            "inSite": .bool(isInSite), "runs": .integer(Int64(runs)), "waiting": .integer(Int64(waiting)),
            "trouble": trouble.map(Value.string) ?? .null,
            "nextTry": nextTry.map { .string($0.description) } ?? .null,
            "sentAt": sentAt.map { .string($0.description) } ?? .null,
            "refused": .list(refused.map { ["run": .string($0.run.description), "why": .string($0.why)] }),
        ]
    }
}

extension Session {
    /// Why trackers have not got what waits for them.
    func say(troublesOf reports: [TrackerReport]) {
        for report in reports {
            let name = "\(report.kind) \(report.destination)".harmless
            if let trouble = report.trouble { console.complain("\(name): \(trouble.harmless)") }
            for refusal in report.refused {
                console.complain("\(name): run \(refusal.run.short): \(refusal.why.harmless)")
            }
        }
    }
}

extension CompletionKind {
    /// The numbers and kinds of the trackers here.
    static var trackers: CompletionKind {
        .custom { _, _, prefix in
            guard let context = CommandContext.current else { return [] }
            // A completion that fails must not print into the person's prompt.
            let reports = (try? Laboratory(world: context.world, folder: context.folder).trackers()) ?? []
            var seen: Set<String> = []
            let words = reports.flatMap { [$0.number.map(String.init) ?? $0.kind, $0.kind] }
            return words.filter { $0.hasPrefix(prefix) && seen.insert($0).inserted }
        }
    }
}

extension Session {
    /// Feeds the site's trackers until the task is cancelled; what keeps it from that is said and nothing more.
    func sendToTrackers() async {
        do {
            try await laboratory.sendInBackground()
        } catch {
            console.complain(
                "nothing is sent to trackers: \((error as? any RepriseError)?.what.harmless ?? "\(error)")"
            )
        }
    }
}
