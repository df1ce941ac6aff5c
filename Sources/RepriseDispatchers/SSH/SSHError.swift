import RepriseModel

/// Why a machine cannot be reached, in words for a person. `words` are those of `ssh`.
package enum SSHError: RepriseError, Hashable {
    case badDestination(String)
    case unknownHost(SSHDestination, words: String)
    case portClosed(SSHDestination, words: String)
    case noAnswer(SSHDestination, words: String)
    case keyRefused(SSHDestination, words: String)
    case hostKeyUnknown(SSHDestination, words: String)
    case hostKeyChanged(SSHDestination, words: String)
    case badConfiguration(SSHDestination, words: String)
    /// A connection that was there has ended, or was closed before anybody logged in.
    case lost(SSHDestination, words: String)
    case other(SSHDestination, words: String)
}

extension SSHError {
    /// What `ssh` means that has ended with status 255.
    static func refusal(_ text: String, _ destination: SSHDestination) -> SSHError {
        let lines = text.split(whereSeparator: \.isNewline).map { String($0.filter { !$0.isNewline }) }
        let words = lines.last { !$0.isEmpty } ?? ""
        func says(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if says("Could not resolve hostname") { return .unknownHost(destination, words: words) }
        if says("IDENTIFICATION HAS CHANGED", "has changed and you have requested") {
            let host = lines.first { $0.contains("has changed and you have requested") }
            return .hostKeyChanged(destination, words: host ?? words)
        }
        if says("Host key verification failed", "host key is known for") {
            return .hostKeyUnknown(destination, words: words)
        }
        if says("Permission denied", "Too many authentication failures", "No supported authentication methods") {
            return .keyRefused(destination, words: words)
        }
        if says("Bad configuration option", "Can't open user config", "terminating, ", "unknown option", "usage: ssh") {
            return .badConfiguration(destination, words: lines.first ?? words)
        }
        if says("timed out", "No route to host", "Network is unreachable", "not responding") {
            return .noAnswer(destination, words: words)
        }
        if says("Connection refused") { return .portClosed(destination, words: words) }
        if says("closed", "reset by", "Broken pipe", "mux_client", "Disconnected", "disconnect") || text.isEmpty {
            return .lost(destination, words: words)
        }
        return .other(destination, words: words)
    }

    package var what: String {
        switch self {
        case .badDestination(let text): "`ssh: \(text)` names no machine"
        case .unknownHost(let host, _): "there is no host `\(host)` as far as this machine knows"
        case .portClosed(let host, _): "`\(host)` takes no connections of ssh"
        case .noAnswer(let host, _): "`\(host)` does not answer"
        case .keyRefused(let host, _): "`\(host)` does not let this user in without a question"
        case .hostKeyUnknown(let host, _): "this machine has never met `\(host)`: its host key is not known here"
        case .hostKeyChanged(let host, _): "`\(host)` shows another host key than the one that is known here"
        case .badConfiguration: "`ssh` does not take its options or configuration"
        case .lost(let host, _): "the connection to `\(host)` has ended"
        case .other(let host, _): "cannot reach `\(host)` by ssh"
        }
    }

    package var why: String? {
        switch self {
        case .badDestination: nil
        case .unknownHost(_, let words), .portClosed(_, let words), .noAnswer(_, let words), .keyRefused(_, let words),
            .hostKeyUnknown(_, let words), .hostKeyChanged(_, let words), .badConfiguration(_, let words),
            .lost(_, let words), .other(_, let words):
            words.isEmpty ? nil : words
        }
    }

    package var fix: String? {
        switch self {
        case .badDestination: "write it as `ssh: me@login.example.org`, or the name of a `Host` in ~/.ssh/config"
        case .unknownHost: "correct the target's `ssh`, or add a `Host` of that name to ~/.ssh/config"
        case .portClosed: "where its sshd listens elsewhere, `Port` in ~/.ssh/config or `ssh: -p 2222 me@login` says so"
        case .noAnswer: "is this machine on the network that it needs (a VPN)? Jobs that run there go on"
        case .keyRefused(let host, _):
            "make `\(host.text)` log in without asking: `ssh-copy-id`, `ssh-add`, or one connection that you open by hand and others share (`ControlMaster` and `ControlPath` in ~/.ssh/config)"
        case .hostKeyUnknown(let host, _): "run `\(host.text)` once by hand, and compare the fingerprint"
        case .hostKeyChanged: "ask those who run it whether it is new; `ssh-keygen -R` forgets the old key"
        case .badConfiguration(let host, _): "`\(host.text)` by hand shows more"
        case .lost: "jobs that run there go on, and are found again"
        case .other(let host, _): "`\(host.text)` by hand shows more"
        }
    }

    package var code: String {
        switch self {
        case .badDestination: "ssh-destination"
        case .unknownHost: "ssh-unknown-host"
        case .portClosed: "ssh-port-closed"
        case .noAnswer: "ssh-no-answer"
        case .keyRefused: "ssh-key-refused"
        case .hostKeyUnknown: "ssh-host-key-unknown"
        case .hostKeyChanged: "ssh-host-key-changed"
        case .badConfiguration: "ssh-configuration"
        case .lost: "ssh-lost"
        case .other: "ssh-error"
        }
    }

    package var fault: Fault {
        switch self {
        case .noAnswer, .lost, .other: .world
        default: .usage
        }
    }

    /// Whether it may pass where the machine let this user in before: what was a mistake of the person's is then a key that
    /// nobody holds any more, or a machine that is being changed.
    var mayPassLater: Bool {
        switch self {
        case .keyRefused, .hostKeyChanged, .hostKeyUnknown: true
        default: mayPass
        }
    }

    /// Whether it may pass by itself: the machine or the way to it is away for a while.
    var mayPass: Bool {
        switch self {
        case .unknownHost, .portClosed, .noAnswer, .lost, .other: true
        case .badDestination, .keyRefused, .hostKeyUnknown, .hostKeyChanged, .badConfiguration: false
        }
    }
}
