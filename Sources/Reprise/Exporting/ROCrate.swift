import OrderedCollections
import RepriseModel

/// The metadata of a research object: RO-Crate 1.1 with the Process Run Crate profile 0.5.
///
/// Each run is a `CreateAction`: its parameters are the `object`s, its outputs the `result`s, its snapshot the instrument.
struct ROCrate {
    let runs: [RunRecord]
    let createdAt: Timestamp
    let version: String

    /// The path below the crate's folder at which an output lies.
    static func path(of output: OutputRecord, in run: RunRecord) -> String { "runs/\(run.id)/outputs/\(output.path)" }

    /// The text of `ro-crate-metadata.json`.
    var metadata: String {
        let graph =
            [descriptor, root, tool] + runs.flatMap { [action($0)] + instrument($0) + values($0) + outputs($0) }
        let document: Value = [
            "@context": .string("https://w3id.org/ro/crate/1.1/context"),
            "@graph": .list(deduplicated(graph)),
        ]
        return document.json(pretty: true) + "\n"
    }

    private func deduplicated(_ entities: [Value]) -> [Value] {
        var seen: Set<String> = []
        return entities.filter { seen.insert($0[path: "@id"]?.stringValue ?? "").inserted }
    }

    private var descriptor: Value {
        [
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork",
            "conformsTo": ["@id": "https://w3id.org/ro/crate/1.1"], "about": ["@id": "./"],
        ]
    }

    private var root: Value {
        let names = Array(OrderedSet(runs.map(\.request.project)))
        return [
            "@id": "./", "@type": "Dataset", "name": .string("Runs of \(names.joined(separator: ", "))"),
            "description": .string("\(runs.count) runs, exported with what is needed to repeat them"),
            "datePublished": .string(createdAt.description),
            "conformsTo": ["@id": "https://w3id.org/ro/wfrun/process/0.5"],
            "hasPart": .list(runs.flatMap { run in run.outputs.map { reference(Self.path(of: $0, in: run)) } }),
            "mentions": .list(runs.map { reference("#run-\($0.id)") }),
        ]
    }

    private var tool: Value {
        ["@id": "#reprise", "@type": "SoftwareApplication", "name": "Reprise", "softwareVersion": .string(version)]
    }

    private func action(_ run: RunRecord) -> Value {
        var entity: Mapping = [
            "@id": .string("#run-\(run.id)"), "@type": "CreateAction", "name": .string(run.request.name),
            "agent": reference("#reprise"),
        ]
        if let snapshot = run.request.snapshot { entity["instrument"] = reference("#snapshot-\(snapshot)") }
        entity["object"] = .list(run.request.parameters.map { reference(parameterID($0, run)) })
        entity["result"] = .list(run.outputs.map { reference(Self.path(of: $0, in: run)) })
        entity["actionStatus"] = .string(status(run.state))
        if let started = run.startedAt { entity["startTime"] = .string(started.description) }
        if let ended = run.endedAt { entity["endTime"] = .string(ended.description) }
        if run.state.isEnded, run.state != .finished, let reason = run.reason { entity["error"] = .string(reason) }
        return .map(entity)
    }

    private func status(_ state: RunState) -> String {
        switch state {
        case .queued, .submitted: "PotentialActionStatus"
        case .running: "ActiveActionStatus"
        case .finished: "CompletedActionStatus"
        case .failed, .cancelled, .lost: "FailedActionStatus"
        }
    }

    private func instrument(_ run: RunRecord) -> [Value] {
        guard let snapshot = run.request.snapshot else { return [] }
        return [
            [
                "@id": .string("#snapshot-\(snapshot)"), "@type": ["SoftwareApplication"],
                "name": .string("Snapshot \(snapshot.short) of \(run.request.experiment)"),
                "identifier": .string("sha256:\(snapshot)"),
                "description": .string(run.request.steps.map(\.command.text).joined(separator: "\n")),
            ]
        ]
    }

    private func values(_ run: RunRecord) -> [Value] {
        run.request.parameters.map { parameter in
            [
                "@id": .string(parameterID(parameter, run)), "@type": "PropertyValue",
                "name": .string(parameter.name), "value": parameter.value,
            ]
        }
    }

    private func outputs(_ run: RunRecord) -> [Value] {
        run.outputs.map { output in
            [
                "@id": .string(Self.path(of: output, in: run)), "@type": "File", "name": .string(output.path),
                "contentSize": .string(String(output.bytes)), "sha256": .string(output.digest.description),
            ]
        }
    }

    private func parameterID(_ parameter: Parameter, _ run: RunRecord) -> String {
        "#run-\(run.id)-\(parameter.name)"
    }

    private func reference(_ id: String) -> Value { ["@id": .string(id)] }
}
