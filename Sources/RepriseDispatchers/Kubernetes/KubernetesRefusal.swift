import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem

/// What can never be executed in a namespace, however long it waits, found before anything is queued.
struct KubernetesRefusal: RepriseError, Hashable {
    var what: String
    var why: String?
    var fix: String?
    var code: String { "kubernetes-impossible" }
    var fault: Fault { .usage }

    private init(_ what: String, why: String, fix: String) {
        self.what = what
        self.why = why
        self.fix = fix
    }

    /// What no node has, where the cluster makes none on demand.
    init(lack: String, target: String) {
        self.init(
            "no node of target `\(target)` has what a run asks for",
            why: lack,
            fix: """
                ask for less in the experiment's `resources`; or set the target's `patience`, if the cluster makes nodes \
                on demand
                """
        )
    }

    /// What the cluster said when it was asked for a pod that it need not make; nil where it would make one now or later, and
    /// where that cannot be told from its words. One line of them.
    init?(trial words: some StringProtocol, target: String) {
        let said = KubernetesObstacle.withoutName(String(words))
        let less = "ask for less in the experiment's `resources`; `kubectl describe quota,limits` shows what there is"
        if said.contains("must specify") {
            self.init(
                "the namespace of target `\(target)` wants each run to say what it needs",
                why: said,
                fix: "say `resources: {memory: …, cpus: …}` in the experiment"
            )
        } else if said.contains("exceeded quota"), KubernetesQuota.isExceededByOne(said) {
            self.init("a run asks for more than the quota of target `\(target)` has", why: said, fix: less)
        } else if said.contains(" per Container is ") || said.contains(" per Pod is ") {
            self.init("the namespace of target `\(target)` does not take such runs", why: said, fix: less)
        } else {
            return nil
        }
    }
}

extension KubernetesCluster {
    /// Why jobs that ask for one of these can never begin; nil where all may, or where this user may not ask.
    func refusal(of demands: [Resources]) async -> (any RepriseError)? {
        await commands.refusal(of: demands, target: parts.target.name)
    }

    /// Asks no more than it must: each question is a `kubectl` of its own.
    func objection(to demands: [Resources]) async -> (any RepriseError)? {
        async let lacks = missing()
        let refusal = await refusal(of: demands)
        // That there is no such context, or no cluster, is what the others stumble over, too.
        if let refusal, !(refusal is KubernetesRefusal) { return await commands.explained(refusal) }
        return await lacks.first ?? refusal
    }
}

extension KubernetesCommands {
    /// Lets the cluster judge pods that it need not make, and looks at its nodes where that may tell more.
    func refusal(of demands: [Resources], target: String) async -> (any RepriseError)? {
        let demands = demands.isEmpty ? [Resources()] : demands
        let carries = settings.volume == nil
        let asksForMuch = demands.contains { $0 != Resources() }
        async let nodes = settings.patience == nil && asksForMuch ? try? nodes() : nil
        async let limits = carries ? try? limits() : nil
        let keeper = await limits.map { KubernetesKeeper().fitted(to: $0) } ?? KubernetesKeeper()
        do {
            let said = try await trial(pods(demands, keeper))
            let refusals = said.words.split(separator: "\n").compactMap { KubernetesRefusal(trial: $0, target: target) }
            if let refusal = refusals.first ?? said.obstacle { return refusal }
        } catch {
            return error as? any RepriseError
        }
        guard let largest = await nodes.flatMap({ KubernetesCapacity.largest($0) }) else { return nil }
        let lack = demands.compactMap { largest.lack($0, besides: carries ? keeper : nil) }
        return lack.first.map { KubernetesRefusal(lack: $0, target: target) }
    }

    /// With what `kubectl` knows of contexts, where it is that.
    fileprivate func explained(_ error: any RepriseError) async -> any RepriseError {
        guard case .noContext? = error as? KubernetesError else { return error }
        do { _ = try await place() } catch let told as KubernetesError { return told } catch {}
        return error
    }

    private func pods(_ demands: [Resources], _ keeper: KubernetesKeeper) -> Value {
        let manifest = KubernetesManifest(settings: settings, store: "none", owner: .current, keeper: keeper)
        let carries = settings.volume == nil
        let pods = demands.enumerated()
            .map { number, demand in
                manifest.barePod(
                    KubernetesManifest.Entry(
                        name: "reprise-trial-\(number)",
                        key: "trial",
                        run: "trial",
                        folder: settings.volume?.path ?? "",
                        resources: demand,
                        image: settings.image ?? "none",
                        cargo: carries ? KubernetesCargo(maps: ["none"], folder: "", hasCode: false) : nil
                    )
                )
            }
        return manifest.list(pods)
    }

    /// What the cluster says of objects that it is to judge, and not to make; and what keeps it from judging.
    private func trial(_ list: Value) async throws -> (words: String, obstacle: (any RepriseError)?) {
        let words = ["create", "--dry-run=server", "--validate=false", "--output=name", "--filename=-"]
        let result = try await run(words, input: list.jsonBytes())
        guard result.status != 0 else { return ("", nil) }
        let error = refusal(result, command: "create")
        switch error {
        case .noContext, .noConfiguration, .badConfiguration, .noNamespace, .unauthorized, .down:
            return (result.errorText, error)
        // One who may make Jobs need not be let make pods.
        default: return (result.errorText, nil)
        }
    }
}
