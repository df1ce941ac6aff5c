import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseTracking

/// Finds or makes the server's runs of parcels that are the first of theirs.
///
/// A run carries the tag `reprise.run_id`. It is looked for before it is made: a sender that was killed after making it,
/// and before anybody remembered that, made it all the same.
struct MLflowRunOpening {
    let api: MLflowAPI
    let template: TrackerTemplate
    let experiments: MLflowExperiments

    /// A handle, or why there is none, for each run.
    func open(_ runs: [TrackedRun]) async -> [Result<RunHandle, MLflowTrouble>] {
        var results: [RunID: Result<RunHandle, MLflowTrouble>] = [:]
        var places: [(run: TrackedRun, experiment: String)] = []
        for run in runs {
            switch await experiments.number(of: template.filled(for: run), api) {
            case .success(let number): places.append((run, number))
            case .failure(let trouble): results[run.id] = .failure(trouble)
            }
        }
        let found = await api.send(places.map { api.find($0.run.id, in: $0.experiment) })
        var missing: [(run: TrackedRun, experiment: String)] = []
        for (place, answer) in zip(places, found) {
            if case .done(let reply) = answer, reply.field("runs")?.listValue?.isEmpty ?? true {
                missing.append(place)
            } else {
                results[place.run.id] = handle(answer) { $0.field("runs")?.listValue?.first }
            }
        }
        let made = await api.send(missing.map { api.post("runs/create", request(for: $0.run, in: $0.experiment)) })
        for (place, answer) in zip(missing, made) { results[place.run.id] = handle(answer) { $0.field("run") } }
        return runs.map { results[$0.id] ?? .failure(MLflowTrouble(.refused("the server did not answer"))) }
    }

    private func handle(_ answer: MLflowAnswer, _ run: (Value) -> Value?) -> Result<RunHandle, MLflowTrouble> {
        guard case .done(let reply) = answer else {
            return .failure(MLflowTrouble(answer.failure ?? .refused("")))
        }
        guard let info = run(reply)?.field("info"), let id = info.field("run_id")?.stringValue else {
            return .failure(MLflowTrouble(.unavailable("`\(api.uri)` answers otherwise than an MLflow server")))
        }
        if info.field("lifecycle_stage")?.stringValue == "deleted" {
            return .failure(MLflowTrouble(.unwanted("the run was deleted on the server")))
        }
        return .success(RunHandle(id: id, memory: ["artifacts": info.field("artifact_uri") ?? .null]))
    }

    private func request(for run: TrackedRun, in experiment: String) -> Value {
        var tags: [(String, String)] = [
            ("reprise.run_id", run.id.description), ("reprise.experiment", run.experiment),
            ("reprise.launch", run.launch), ("reprise.target", run.target), ("reprise.snapshot", run.snapshot ?? ""),
            ("mlflow.runName", run.name),
        ]
        tags.removeAll { $0.1.isEmpty }
        return [
            "experiment_id": .string(experiment), "run_name": .string(run.name),
            "start_time": .integer((run.startedAt ?? run.createdAt).milliseconds),
            "tags": .list(tags.map { ["key": .string($0.0), "value": .string($0.1)] }),
        ]
    }
}

/// A failure as an error.
struct MLflowTrouble: Error {
    var failure: DeliveryFailure

    init(_ failure: DeliveryFailure) { self.failure = failure }
}

/// The server's numbers of experiments, each asked for once.
actor MLflowExperiments {
    private var numbers: [String: String] = [:]

    /// Finds the experiment of that name, or makes it.
    func number(of name: String, _ api: MLflowAPI) async -> Result<String, MLflowTrouble> {
        if let number = numbers[name] { return .success(number) }
        var answer = await look(name, api)
        if case .missing = answer {
            let made = await api.send([api.createExperiment(name)]).first
            if case .done(let reply)? = made, let number = reply.field("experiment_id")?.stringValue {
                return keep(number, name)
            }
            // Somebody else may have been faster.
            answer = await look(name, api)
            if case .missing = answer, let made { answer = made }
        }
        guard case .done(let reply) = answer else {
            if case .missing(let message) = answer { return .failure(MLflowTrouble(.refused(message))) }
            return .failure(MLflowTrouble(answer.failure ?? .refused("")))
        }
        guard let number = reply.field("experiment", "experiment_id")?.stringValue else {
            return .failure(MLflowTrouble(.unavailable("`\(api.uri)` answers otherwise than an MLflow server")))
        }
        if reply.field("experiment", "lifecycle_stage")?.stringValue == "deleted" {
            let text = "the experiment `\(name)` was deleted on the server: restore it there, or name another"
            return .failure(MLflowTrouble(.refused(text)))
        }
        return keep(number, name)
    }

    /// Asks the server again the next time.
    func forget() { numbers = [:] }

    private func look(_ name: String, _ api: MLflowAPI) async -> MLflowAnswer {
        await api.send([api.experiment(named: name)]).first ?? .failed("no answer")
    }

    private func keep(_ number: String, _ name: String) -> Result<String, MLflowTrouble> {
        numbers[name] = number
        return .success(number)
    }
}
