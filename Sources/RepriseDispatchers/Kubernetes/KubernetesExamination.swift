import RepriseModel
import RepriseSystem

extension KubernetesCommands {
    /// The context that is used, and the namespace.
    func place() async throws -> KubernetesPlace {
        let known = try await run(["config", "get-contexts", "--output=name"])
        let names = known.text.split(separator: "\n").map(String.init)
        if let context = settings.context, !names.contains(context) {
            throw KubernetesError.noContext(context, known: names)
        }
        return try await currentPlace()
    }

    /// Throws where the namespace is not there, or the cluster does not answer.
    func checkNamespace(_ name: String) async throws {
        let result = try await run(["get", "namespace", name, "--output=name"])
        if result.status == 0 { return }
        let error = refusal(result, command: "get namespace")
        // Most people may not look at namespaces; a service account is in each.
        guard case .notPermitted = error else { throw error }
    }

    /// What this user may not do that is needed, such as `create jobs.batch`.
    func denied(carries: Bool) async throws -> [String] {
        var wanted = [
            "create jobs.batch", "list jobs.batch", "delete jobs.batch", "list pods", "create pods/exec",
        ]
        if carries { wanted += ["create configmaps", "list configmaps", "delete configmaps"] }
        let result = try await succeed(["auth", "can-i", "--list", "--no-headers"])
        // What the cluster cannot list may be allowed all the same.
        if result.errorText.contains("incomplete") { return [] }
        let rules = KubernetesReply.rules(result.text)
        return wanted.filter { action in !rules.contains { $0.allows(action) } }.map { "`\($0)`" }
    }
}

/// What a user may do with some kind of thing.
struct KubernetesRule: Hashable, Sendable {
    /// `pods`, `pods/exec`, `jobs.batch`, `*.batch`, `*.*`.
    var resource: String
    var verbs: Set<String>

    /// An action such as `create jobs.batch`.
    func allows(_ action: String) -> Bool {
        let words = action.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, verbs.contains(words[0]) || verbs.contains("*") else { return false }
        let group = words[1].split(separator: ".", maxSplits: 1).dropFirst().first.map { "*." + $0 } ?? "*"
        return resource == words[1] || resource == group || resource == "*.*"
    }
}

extension KubernetesReply {
    /// Rows of `kubectl auth can-i --list`: those for things of every name.
    static func rules(_ text: String) -> [KubernetesRule] {
        text.split(separator: "\n")
            .compactMap { line in
                let lists = line.split(separator: "[", omittingEmptySubsequences: false)
                guard lists.count == 4, line.first?.isWhitespace == false, lists[2].hasPrefix("]") else { return nil }
                let verbs = lists[3].prefix { $0 != "]" }.split(separator: " ").map(String.init)
                return KubernetesRule(
                    resource: String(lists[0].prefix { !$0.isWhitespace }),
                    verbs: Set(verbs)
                )
            }
    }
}
