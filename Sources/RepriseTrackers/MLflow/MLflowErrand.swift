import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// The calls that one parcel needs, and what their answers mean.
struct MLflowErrand {
    private enum Purpose {
        case batch
        case untag(String)
        case output(String)
        case state
    }

    let parcel: Parcel
    private let handle: RunHandle
    private let api: MLflowAPI
    private let batch: MLflowBatch
    private var notes: [String] = []
    private var purposes: [Purpose] = []
    private(set) var calls: [HTTPCall] = []

    init(_ parcel: Parcel, _ handle: RunHandle, api: MLflowAPI, sendsOutputs: Bool) {
        self.parcel = parcel
        self.handle = handle
        self.api = api
        var cuts: [String] = []
        batch = MLflowBatch.of(parcel, notes: &cuts)
        notes = cuts
        if !batch.isEmpty { add(.batch, api.post("runs/log-batch", json: batch.json(run: handle.id))) }
        for name in parcel.removedTags {
            let key = Value.string(MLflowNames.key(name))
            add(.untag(name), api.post("runs/delete-tag", ["run_id": .string(handle.id), "key": key]))
        }
        if sendsOutputs { addOutputs() }
        if parcel.tellsState { add(.state, api.post("runs/update", state)) }
    }

    private mutating func add(_ purpose: Purpose, _ call: HTTPCall) {
        purposes.append(purpose)
        calls.append(call)
    }

    private mutating func addOutputs() {
        guard !parcel.outputs.isEmpty else { return }
        let place = handle.memory.field("artifacts")?.stringValue ?? ""
        guard let root = artifactRoot(place) else {
            let kind = place.prefix { $0 != ":" && $0 != "/" }
            notes.append(
                "outputs were not sent: the server has its artifacts at `\(kind)`, where only its own clients can write (`mlflow server --serve-artifacts` takes them itself)"
            )
            return
        }
        for output in parcel.outputs {
            add(.output(output.path), api.upload(output.file, to: output.path, root: root))
        }
    }

    /// What stands behind `mlflow-artifacts:/` or `mlflow-artifacts://HOST/`; nil for any other place.
    private func artifactRoot(_ uri: String) -> String? {
        let scheme = "mlflow-artifacts:"
        guard uri.hasPrefix(scheme) else { return nil }
        var path = uri.dropFirst(scheme.count)
        if path.hasPrefix("//") { path = path.dropFirst(2).drop { $0 != "/" } }
        return String(path.drop { $0 == "/" })
    }

    private var state: Value {
        let run = parcel.run
        var fields: Mapping = [
            "run_id": .string(handle.id), "status": .string(MLflowNames.status(run.state)),
            "run_name": .string(run.name),
        ]
        if run.state.isEnded, let end = run.endedAt { fields["end_time"] = .integer(end.milliseconds) }
        return .map(fields)
    }

    /// What became of the parcel. May ask the server once more, to tell one bad item from the rest.
    func outcome(of answers: [MLflowAnswer]) async -> ParcelOutcome {
        var outcome = ParcelOutcome(handle: handle, notes: notes)
        guard answers.count == calls.count else {
            outcome.failure = .refused("the server did not answer")
            return outcome
        }
        for (purpose, answer) in zip(purposes, answers) {
            guard let failure = answer.failure else { continue }
            if let left = await failureLeft(purpose, answer, failure, &outcome.notes) {
                outcome.failure = left
                break
            }
        }
        outcome.notes = outcome.notes.map { "tracker \(api.uri): \($0)" }
        return outcome
    }

    /// What of a failure stands in the way of the parcel; nil where only an item had to be left out.
    private func failureLeft(
        _ purpose: Purpose,
        _ answer: MLflowAnswer,
        _ failure: DeliveryFailure,
        _ notes: inout [String]
    ) async -> DeliveryFailure? {
        switch (purpose, answer) {
        case (.batch, .rejected), (.state, .rejected):
            if let loss = await standing { return loss }
            guard case .batch = purpose else { return failure }
            return await isolate(batch.halves, &notes)
        case (.untag, .missing), (.untag, .rejected): return nil
        case (.output(let path), .rejected(_, let message)), (.output(let path), .missing(let message)):
            notes.append("output `\(path)` was not sent: \(message)")
            return nil
        default: return failure
        }
    }

    /// Whether the run itself is why something was rejected.
    private var standing: DeliveryFailure? {
        get async {
            guard let answer = await api.send([api.run(handle.id)]).first else { return nil }
            guard case .done(let reply) = answer else { return answer.failure }
            let isDeleted = reply.field("run", "info", "lifecycle_stage")?.stringValue == "deleted"
            return isDeleted ? .unwanted("the run was deleted on the server") : nil
        }
    }

    /// Sends the parts apart, and those that are rejected again in halves, until only items are left that the server
    /// will not take.
    private func isolate(_ parts: [MLflowBatch], _ notes: inout [String]) async -> DeliveryFailure? {
        var open = parts.filter { !$0.isEmpty }
        while !open.isEmpty {
            let answers = await api.send(open.map { api.post("runs/log-batch", json: $0.json(run: handle.id)) })
            var next: [MLflowBatch] = []
            for (part, answer) in zip(open, answers) {
                guard case .rejected(_, let message) = answer else {
                    if let failure = answer.failure { return failure }
                    continue
                }
                if part.items.count > 1 {
                    next += part.halves.filter { !$0.isEmpty }
                } else if let item = part.items.first {
                    notes.append("\(item.words) was not sent: \(message)")
                }
            }
            open = next
        }
        return nil
    }
}
