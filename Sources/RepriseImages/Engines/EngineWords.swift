import RepriseModel

/// What a command of an engine was to do, for what is told when it fails.
struct EngineErrand: Hashable, Sendable {
    /// As a person would call it.
    var image = ""
    /// The registry that is spoken with, if any.
    var host = ""
    /// `pull the image`.
    var work: String
    /// Of this machine.
    var architecture = ""
}

/// Reads what an engine prints when it refuses. The words are those of the engines themselves and of the kernel behind
/// them; what is not recognised is handed on as it is.
struct EngineWords {
    let kind: EngineKind
    let errand: EngineErrand

    func error(command: String, status: Int, words text: String) -> EngineError {
        let words = Self.last(of: text)
        let lower = text.lowercased()
        func says(_ phrases: String...) -> Bool { phrases.contains { lower.contains($0) } }
        // First: too many namespaces are "no space left on device", too.
        if let error = machine(words, lower) { return error }
        if says("no space left on device", "disk quota exceeded") {
            return .diskFull(during: errand.work, words: words)
        }
        if !errand.host.isEmpty, let error = registry(words, lower) { return error }
        if says(
            "no image found in image index for architecture",
            "no image found in manifest list for architecture",
            "no matching manifest for",
            "exec format error"
        ) {
            return .wrongArchitecture(errand.image, image: "another kind of processor", machine: errand.architecture)
        }
        if says(
            "image not known",
            "no such image",
            "manifest unknown",
            "name unknown",
            "repository does not exist",
            "not found: manifest",
            "does not exist or no pull access",
            "name invalid"
        ) {
            return .imageMissing(errand.image, words: words)
        }
        return .refused(command: command, status: status, words: words)
    }

    /// What the machine and the engine's set-up keep from working.
    private func machine(_ words: String, _ lower: String) -> EngineError? {
        func says(_ phrases: String...) -> Bool { phrases.contains { lower.contains($0) } }
        if says("permission denied while trying to connect to the docker") { return .noPermission(kind, words: words) }
        if says("cannot connect to the docker daemon", "failed to connect to the docker api", "error during connect:")
            || kind == .podman && says("unable to connect to podman")
        {
            return .daemonDown(kind, words: words)
        }
        if says(
            "no subuid ranges found",
            "no subgid ranges found",
            "not enough ids available in the namespace",
            "insufficient uids or gids",
            "invalid internal status, try resetting the pause process"
        ) || says("newuidmap", "newgidmap") {
            return .noUserRanges(kind, words: words)
        }
        if says(
            "cannot clone: operation not permitted",
            "cannot clone: no space left",
            "cannot clone: invalid argument",
            "user namespaces are not enabled",
            "cannot re-exec process",
            "failed to create user namespace"
        ) {
            return .noUserNamespaces(kind, words: words)
        }
        return nil
    }

    private func registry(_ words: String, _ lower: String) -> EngineError? {
        func says(_ phrases: String...) -> Bool { phrases.contains { lower.contains($0) } }
        if says("repository does not exist or may require") { return .imageMissing(errand.image, words: words) }
        if says(
            "unauthorized",
            "authentication required",
            "no basic auth credentials",
            "incorrect username or password",
            "invalid username/password",
            "requested access to the resource is denied",
            "403 (forbidden)"
        ) {
            return .loginMissing(host: errand.host, kind)
        }
        if says(
            "connection refused",
            "no such host",
            "i/o timeout",
            "network is unreachable",
            "no route to host",
            "tls handshake timeout",
            "x509:",
            "server gave http response to https client",
            "pinging container registry",
            "connection reset by peer",
            "context deadline exceeded",
            "temporary failure in name resolution"
        ) {
            return .unreachable(host: errand.host, words: words)
        }
        return nil
    }

    /// The last lines that say something, at most five.
    private static func last(of text: String) -> String {
        let chatter = ["Trying to pull ", "Getting image source", "Copying ", "Writing manifest", "time="]
        return text.split(whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == "\r\n" })
            .filter { line in
                !line.allSatisfy(\.isWhitespace) && line != "[]" && !chatter.contains { line.hasPrefix($0) }
            }
            .suffix(5)
            .joined(separator: "\n       ")
    }
}
