import RepriseModel

extension KubernetesError {
    /// What `kubectl` means by its words.
    static func refusal(_ words: String, command: String, _ settings: KubernetesSettings) -> KubernetesError {
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says("context was not found for specified context", "no context exists with the name")
            || says("context \"") && says("does not exist")
        {
            return .noContext(settings.context, known: [])
        }
        if says("error loading config file", "error reading config file") { return .badConfiguration(words: words) }
        if says("localhost:8080", "no configuration has been provided", "current-context must exist") {
            return .noConfiguration(words: words)
        }
        if says("exceeded quota") { return .overQuota(words: words) }
        if says("namespaces \""), says("not found") { return .noNamespace(name(in: words, after: "namespaces ") ?? "") }
        if says("persistentvolumeclaims \""), says("not found") {
            return .noClaim(name(in: words, after: "persistentvolumeclaims ") ?? "")
        }
        if says("serviceaccounts \""), says("not found") {
            return .noAccount(name(in: words, after: "serviceaccounts ") ?? "")
        }
        if says("Unauthorized", "You must be logged in", "certificate has expired", "getting credentials") {
            return .unauthorized(words: words)
        }
        if says(
            "error dialing backend",
            "connection refused",
            "was refused",
            "i/o timeout",
            "no such host",
            "Unable to connect",
            "TLS handshake timeout",
            "unexpected EOF",
            ": EOF",
            "etcdserver",
            "ServiceUnavailable",
            "InternalError",
            "context deadline exceeded",
            "request canceled",
            "TooManyRequests",
            "currently unable to handle",
            "connection reset",
            "Timeout",
            "http2: "
        ) {
            return .down(words: words)
        }
        if says("Forbidden", "forbidden") {
            return .notPermitted(words: words, namespace: settings.namespace)
        }
        if says("is invalid", "BadRequest", "admission webhook") { return .invalid(words: words) }
        return .other(command: command, words: words)
    }

    /// What stands between quotation marks behind `head`.
    private static func name(in words: String, after head: String) -> String? {
        let parts = words.split(separator: head + "\"", maxSplits: 1)
        return parts.count == 2 ? parts[1].split(separator: "\"").first.map(String.init) : nil
    }
}
