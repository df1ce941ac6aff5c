import OrderedCollections
import Reprise
import RepriseCharts
import RepriseModel

/// A run's record for people.
struct RunView {
    let record: RunRecord
    let folder: String
    let console: Console
    let now: Timestamp

    var lines: [String] {
        facts + section("parameters", parameters) + section("metrics", metrics) + section("jobs", jobs)
            + section("outputs", outputs) + section("datasets", datasets) + section("models", models)
            + section("history", history) + section("notes", record.notes.map(\.harmless))
            + section("verdict", verdict)
    }

    private var facts: [String] {
        let request = record.request
        let words: [(String, String?)] = [
            ("run", record.id.description),
            ("name", request.name),
            ("state", nil),
            ("reason", record.reason),
            ("deleted", record.deletedAt?.description),
            ("project", request.project),
            ("experiment", isLaunched ? request.experiment + (request.source.map { " (\($0))" } ?? "") : nil),
            ("origin", record.origin.map { $0 == "import" ? "imported" : "logged by a client" }),
            ("user", record.user),
            ("launch", isLaunched ? request.launch : nil),
            ("variant", isLaunched ? "\(request.variant), repeat \(request.replicate)" : nil),
            ("target", request.targetWords),
            ("seed", isLaunched ? request.seed.description : nil),
            ("snapshot", request.snapshot?.description),
            ("code", request.development.map { "the working tree \($0); cannot be repeated or verified" }),
            ("image", images),
            ("repeats", request.repeats?.description),
            ("created", request.createdAt.description),
            ("started", record.startedAt?.description),
            ("ended", record.endedAt?.description),
            ("time", elapsed),
            ("exit status", record.exitStatus.map(String.init)),
            ("interrupted", interruptions),
            ("tags", tags),
            ("folder", isLaunched ? folder : nil),
        ]
        return words.compactMap { name, text in
            if name == "state" { return fact(name, console.painted(record.state.rawValue, record.state.paint)) }
            return text.flatMap { $0.isEmpty ? nil : fact(name, $0.harmless) }
        }
    }

    /// The images that steps are executed in, each once.
    private var images: String? {
        let images = OrderedSet(record.request.steps.compactMap(\.environment?.image))
        guard !images.isEmpty else { return nil }
        return images.map { "\($0.reference) (\($0.id.short))" }.joined(separator: ", ")
    }

    private var isLaunched: Bool { record.origin == nil }

    private func fact(_ name: String, _ text: String) -> String {
        console.painted(name + String(repeating: " ", count: max(0, 12 - name.count)), .faint) + " " + text
    }

    private var elapsed: String? {
        guard let start = record.startedAt else { return nil }
        let end = record.endedAt ?? now
        return Quantities.text(milliseconds: max(0, end.milliseconds - start.milliseconds))
    }

    /// How often engines took jobs of the run away. Those of steps are counted in their own rows, too.
    private var interruptions: String? {
        let count = record.jobs.compactMap(\.interruptions).reduce(0, +)
        guard count > 0 else { return nil }
        let words = count == 1 ? "once" : "\(count) times"
        guard record.jobs.count == 1, let job = record.jobs.first, job.key.attempt > 1 else { return words }
        return "\(words); this is attempt \(job.key.attempt)"
    }

    private var tags: String {
        let added = record.tags.map { $1 == .null ? $0 : "\($0)=\($1.text)" }
        return Array(OrderedSet(record.request.tags + added)).joined(separator: " ")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", console.painted(title, .bold)] + lines.map { "  " + $0 }
    }

    private func table(_ table: Table) -> [String] {
        guard !table.rows.isEmpty else { return [] }
        return table.lines(
            width: console.outputIsTerminal ? console.width - 2 : nil,
            isUnicode: console.isUnicode,
            isColoured: console.outputIsColoured
        )
    }

    private var parameters: [String] {
        let rows = record.request.parameters.map { parameter -> [Table.Cell] in
            [.init(parameter.name), .init(parameter.value.text), .init(parameter.origin, .faint)]
        }
        return table(Table([.init("name"), .init("value"), .init("from")], rows: rows))
    }

    private var metrics: [String] {
        let rows = record.metrics.map { series -> [Table.Cell] in
            let numbers = [series.last, series.min, series.max].map { Table.Cell(NumberText.short($0, digits: 6)) }
            return [.init(series.key)] + numbers + [.init(String(series.count)), .init(String(series.lastStep))]
        }
        let columns: [Table.Column] = [
            .init("name"), .init("last", .right), .init("min", .right), .init("max", .right), .init("points", .right),
            .init("step", .right),
        ]
        return table(Table(columns, rows: rows))
    }

    private var jobs: [String] {
        guard record.jobs.count > 1 || record.jobs.first?.key.step != nil else { return [] }
        let rows = record.jobs.map { job -> [Table.Cell] in
            let name = [job.key.step, job.key.split.map(String.init)].compactMap { $0 }.joined(separator: ".")
            let status = job.exit?.status.map(String.init) ?? job.exit?.signal.map { "signal \($0)" } ?? ""
            let step = record.request.steps.first { $0.name == job.key.step }
            return [
                .init(name.isEmpty ? "command" : name), .init(job.state), .init(Self.attempt(of: job)), .init(status),
                .init(step.map(record.request.target) ?? ""), .init(job.handle ?? "", .faint), .init(job.reason ?? ""),
            ]
        }
        let columns: [Table.Column] = [
            .init("step"), .init("state"), .init("attempt", .right), .init("exit"), .init("target"), .init("job"),
            .init("reason"),
        ]
        return table(Table(columns, rows: rows))
    }

    /// `3 (2 interrupted)`
    private static func attempt(of job: JobRecord) -> String {
        String(job.key.attempt) + (job.interruptions.map { " (\($0) interrupted)" } ?? "")
    }

    private var outputs: [String] {
        let rows = record.outputs.map { output -> [Table.Cell] in
            [.init(output.path), .init(Quantities.text(bytes: output.bytes)), .init(output.digest.short, .faint)]
        }
        return table(Table([.init("path"), .init("size", .right), .init("sha-256")], rows: rows))
    }

    private var datasets: [String] {
        let rows = (record.lineage?.datasets ?? [])
            .map { input -> [Table.Cell] in
                let dataset = input.dataset
                return [
                    .init(dataset.name.harmless), .init(input.context?.harmless ?? ""),
                    .init(dataset.sourceType.harmless),
                    .init(dataset.digest.harmless, .faint),
                ]
            }
        return table(Table([.init("name"), .init("for"), .init("source"), .init("digest")], rows: rows))
    }

    private var models: [String] {
        guard let lineage = record.lineage else { return [] }
        let made = lineage.modelsMade.map { model -> [Table.Cell] in
            [
                .init("made"), .init(model.name?.harmless ?? ""), .init(String(model.step)),
                .init(model.id.harmless, .faint),
            ]
        }
        let read = lineage.modelsRead.map { id -> [Table.Cell] in
            [.init("read"), .init(""), .init(""), .init(id.harmless, .faint)]
        }
        return table(Table([.init(""), .init("name"), .init("step", .right), .init("id")], rows: made + read))
    }

    private var history: [String] {
        record.transitions.map { step in
            "\(step.at) \(step.state.rawValue)\(step.reason.map { ": \($0)" } ?? "")".harmless
        }
    }

    private var verdict: [String] {
        guard let verdict = record.verdict, let outcome = verdict[path: "outcome"]?.stringValue else { return [] }
        let (original, repetition) = (verdict[path: "original"]?.stringValue, verdict[path: "judged"]?.stringValue)
        return ["\(outcome): \((original ?? "").prefix(8)) repeated as \((repetition ?? "").prefix(8))"]
    }
}
