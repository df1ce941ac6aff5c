import RepriseModel
import RepriseSystem

extension KubernetesCommands {
    /// The context that is used, and the namespace.
    func place() async throws -> (context: String, namespace: String) {
        let known = try await run(["config", "get-contexts", "--output=name"])
        let names = known.text.split(separator: "\n").map(String.init)
        if let context = settings.context, !names.contains(context) {
            throw KubernetesError.noContext(context, known: names)
        }
        let minified = try await run(["config", "view", "--minify", "--output=json"])
        guard minified.status == 0 else { throw refusal(minified, command: "config view") }
        let view = try Value(json: minified.output[...])
        let context = view["contexts"]?.listValue?.first
        return (
            settings.context ?? view["current-context"]?.stringValue ?? "",
            settings.namespace ?? context?[path: "context.namespace"]?.stringValue ?? "default"
        )
    }

    /// Throws where the namespace is not there, or the cluster does not answer.
    func checkNamespace(_ name: String) async throws {
        let result = try await run(["get", "namespace", name, "--output=name"])
        if result.status == 0 { return }
        let error = refusal(result, command: "get namespace")
        // Most people may not look at namespaces; a service account is in each.
        guard case .notPermitted = error else { throw error }
    }

    /// What this user may not do that is needed, such as `create jobs`.
    func denied(carries: Bool) async throws -> [String] {
        var wanted = [
            "create jobs.batch", "list jobs.batch", "delete jobs.batch", "list pods", "create pods/exec",
        ]
        if carries { wanted += ["create configmaps", "list configmaps", "delete configmaps"] }
        var denied: [String] = []
        for action in wanted {
            let words = action.split(separator: " ").map(String.init)
            let result = try await run(["auth", "can-i"] + words)
            if result.text.hasPrefix("yes") { continue }
            // Told in words where the cluster does not answer at all.
            guard result.text.hasPrefix("no") else { throw refusal(result, command: "auth can-i") }
            denied.append("`\(action)`")
        }
        return denied
    }
}
