import RepriseModel
import RepriseSystem

/// Where in which cluster things lie, as `kubectl` is told.
struct KubernetesPlace: Hashable, Sendable {
    var context: String
    var namespace: String
}

extension KubernetesSettings {
    /// The same, whatever the person makes the current context meanwhile.
    func pinned(to place: KubernetesPlace) -> KubernetesSettings {
        var settings = self
        settings.context = place.context
        settings.namespace = place.namespace
        return settings
    }
}

extension KubernetesCommands {
    /// Where `kubectl` leads now: as the target says, and else as its own configuration does. Asks no cluster.
    func currentPlace() async throws -> KubernetesPlace {
        if let context = settings.context, let namespace = settings.namespace {
            return KubernetesPlace(context: context, namespace: namespace)
        }
        let minified = try await run(["config", "view", "--minify", "--output=json"])
        guard minified.status == 0 else { throw refusal(minified, command: "config view") }
        let view = try Value(json: minified.output[...])
        let context = view["contexts"]?.listValue?.first
        return KubernetesPlace(
            context: settings.context ?? view["current-context"]?.stringValue ?? "",
            namespace: settings.namespace ?? context?[path: "context.namespace"]?.stringValue ?? "default"
        )
    }
}
