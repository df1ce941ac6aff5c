import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

/// Sends runs to an MLflow server, version 2 or later, or to another `reprise serve`.
package struct MLflowTracker: TrackerKind {
    package static let kind = "mlflow"

    /// A batch of MLflow has at most 1,000 items, 100 of them parameters and 100 of them tags.
    package let limits = ParcelLimits(points: 800, parameters: 100, tags: 100)
    private let api: MLflowAPI
    private let opening: MLflowRunOpening
    private let sendsOutputs: Bool

    package static func destination(_ settings: TrackerSettings, in world: TrackerWorld) -> String {
        "\(MLflowAPI(settings, in: world).uri) \(experiment(settings))"
    }

    private static func experiment(_ settings: TrackerSettings) -> String {
        settings.text("experiment") ?? "{{ project }}"
    }

    package init(_ settings: TrackerSettings, in world: TrackerWorld) throws {
        api = MLflowAPI(settings, in: world)
        let template = try TrackerTemplate(Self.experiment(settings), setting: "experiment")
        opening = MLflowRunOpening(api: api, template: template, experiments: MLflowExperiments())
        sendsOutputs = settings.values["outputs"]?.boolValue ?? true
    }

    package func send(_ parcels: [Parcel], memory: Value) async -> TrackerReply {
        let unopened = parcels.filter { $0.handle == nil }
        let opened = await opening.open(unopened.map(\.run))
        var results: [RunID: Result<RunHandle, MLflowTrouble>] = [:]
        for (parcel, result) in zip(unopened, opened) { results[parcel.run.id] = result }
        var outcomes: [RunID: ParcelOutcome] = [:]
        var errands: [MLflowErrand] = []
        for parcel in parcels {
            switch results[parcel.run.id] ?? parcel.handle.map(Result.success) {
            case .success(let handle)?:
                errands.append(MLflowErrand(parcel, handle, api: api, sendsOutputs: sendsOutputs))
            case .failure(let trouble)?: outcomes[parcel.run.id] = ParcelOutcome(failure: trouble.failure)
            case nil: outcomes[parcel.run.id] = ParcelOutcome(failure: .refused("it has no name there"))
            }
        }
        // One process and one connection for all of them.
        let answers = await api.send(errands.flatMap(\.calls))
        var next = answers[...]
        for errand in errands {
            let own = Array(next.prefix(errand.calls.count))
            next = next.dropFirst(errand.calls.count)
            outcomes[errand.parcel.run.id] = await errand.outcome(of: own)
        }
        let all = parcels.map { outcomes[$0.run.id] ?? ParcelOutcome(failure: .refused("the server did not answer")) }
        if all.contains(where: \.isLoss) { await opening.experiments.forget() }
        return TrackerReply(all.allFailedAlike)
    }

    package func check() async throws -> [String] {
        let answer = await api.send([api.experiment(named: "Default")]).first
        switch answer {
        case .done?, .missing?, .rejected?: break
        case .failed(let text)?, .unavailable(let text)?:
            throw Mistake("`\(api.uri)` does not answer as it should", why: text, code: "tracker-down", fault: .world)
        case nil: throw Mistake("`\(api.uri)` does not answer", code: "tracker-down", fault: .world)
        }
        guard case .reply(let reply)? = try await api.sendPlain(api.version()), reply.isSuccess else {
            return ["`\(api.uri)` answers"]
        }
        return ["`\(api.uri)` answers: version \(reply.text.prefix(40).filter { !$0.isNewline })"]
    }
}

extension ParcelOutcome {
    /// Whether the server lost something, so that what is known of it may no longer hold.
    fileprivate var isLoss: Bool {
        switch failure {
        case .vanished?, .refused?: true
        default: false
        }
    }
}

extension [ParcelOutcome] {
    /// A server that fails over every one of several runs is not fit to be asked about the others.
    fileprivate var allFailedAlike: [ParcelOutcome] {
        guard count > 3, case .refused(let text)? = first?.failure,
            allSatisfy({ if case .refused = $0.failure { true } else { false } })
        else { return self }
        return map { ParcelOutcome(handle: $0.handle, notes: $0.notes, failure: .unavailable(text)) }
    }
}
