import OrderedCollections
import RepriseModel

/// Something that could have made a difference and that nothing held fast, with what to do about it.
public struct Uncontrolled: Hashable, Sendable, Codable {
    /// A stable name: `environment`, `hash-seed`, `threads`, `gpu`, `clock`, `network`, `determinism`.
    public var name: String
    public var what: String
    public var fix: String

    public init(name: String, what: String, fix: String) {
        self.name = name
        self.what = what
        self.fix = fix
    }

    /// What an execution did not hold fast, by its request and the facts that were recorded.
    package static func of(_ execution: Execution) -> [Uncontrolled] {
        let request = execution.record.request
        return [
            environment(execution.manifest),
            determinism(request),
            hashSeed(request),
            threads(request),
            gpu(execution.facts),
            Uncontrolled(
                name: "clock",
                what: "the program sees the time of day",
                fix: "give it dates as parameters, and keep times out of its outputs"
            ),
            network(execution),
        ]
        .compactMap { $0 }
    }

    private static func environment(_ manifest: SnapshotManifest?) -> Uncontrolled? {
        let kinds = manifest.map { [$0.environment] + ($0.steps ?? [:]).values }?.map(\.kind) ?? ["host"]
        guard kinds.contains("host") else { return nil }
        return Uncontrolled(
            name: "environment",
            what: "the software is this machine's own: recorded, not held fast",
            fix: "name an image under `environment:`, which is pinned by its digest"
        )
    }

    private static func determinism(_ request: RunRequest) -> Uncontrolled? {
        guard !request.determinism else { return nil }
        return Uncontrolled(
            name: "determinism",
            what: "the variables that make libraries repeatable are not set",
            fix: "take `determinism: false` out of the experiment"
        )
    }

    private static func hashSeed(_ request: RunRequest) -> Uncontrolled? {
        let value = request.variables["PYTHONHASHSEED"]?.text
        guard value == "random" || value == nil && !request.determinism else { return nil }
        return Uncontrolled(
            name: "hash-seed",
            what: "Python orders its sets differently in every process: PYTHONHASHSEED is \(value ?? "not set")",
            fix: "set `PYTHONHASHSEED: \"0\"` under `environment: variables:`"
        )
    }

    private static func threads(_ request: RunRequest) -> Uncontrolled? {
        guard request.variables["OMP_NUM_THREADS"] == nil else { return nil }
        let isBounded = request.determinism && request.steps.allSatisfy { $0.resources.cpus != nil }
        guard !isBounded else { return nil }
        return Uncontrolled(
            name: "threads",
            what: "the number of threads is the machine's, and sums may be added up in another order",
            fix: "set `resources: {cpus: 1}`, or as many as it needs"
        )
    }

    private static func gpu(_ facts: Mapping) -> Uncontrolled? {
        guard facts.contains(where: { isGPU($0.key) && $0.value != .null && $0.value != .list([]) && $0.value != 0 })
        else {
            return nil
        }
        return Uncontrolled(
            name: "gpu",
            what: "kernels on the GPU may add up in another order each time",
            fix: "ask the framework for deterministic kernels, as `torch.use_deterministic_algorithms(True)` does"
        )
    }

    private static func isGPU(_ name: String) -> Bool {
        name.split { $0 == "." || $0 == "-" || $0 == "_" }.contains { ["gpu", "gpus"].contains($0.lowercased()) }
    }

    private static func network(_ execution: Execution) -> Uncontrolled? {
        let environments = execution.manifest.map { [$0.environment] + ($0.steps ?? [:]).values }
        guard environments?.allSatisfy({ $0.facts["network"] == "none" }) != true else { return nil }
        return Uncontrolled(
            name: "network",
            what: "the program may have read from the network",
            fix: "keep what it fetches as `data:`, which is checked by content"
        )
    }
}
