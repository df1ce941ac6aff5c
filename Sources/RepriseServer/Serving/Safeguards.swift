import HTTPTypes
import RepriseModel

/// Who may ask, from where, and under which name.
///
/// A page of any site that the person has open may send requests to a server on the same machine. The name that such a
/// page had to use (`Host`) and the page's own origin tell it from a client.
struct Safeguards: Sendable {
    /// What a client must show; nil where whoever reaches the address may ask.
    private let token: [UInt8]?
    private let hosts: HostNames

    init(token: String?, hosts: HostNames) {
        self.token = token.map { Array($0.utf8) }
        self.hosts = hosts
    }

    /// Throws where the request is to be refused.
    func check(_ request: HTTPRequest, path: Substring) throws(MLflowError) {
        // What watches over servers asks these two with neither the name nor the token.
        if path == "/health" || path == "/version" { return }
        if let authority = request.authority, !hosts.allow(HostNames.name(of: authority)) {
            throw MLflowError(
                .permissionDenied,
                "This server does not answer to the name '\(authority.prefix(200))'. Start it with `--allow-host` to let it."
            )
        }
        if let token, !Credential(of: request).matches(token) {
            throw MLflowError(
                .unauthenticated,
                "This server asks for its token: set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_PASSWORD with any user name."
            )
        }
        guard !request.method.isSafe, let origin = request.headerFields[.origin] else { return }
        guard isOwn(origin, authority: request.authority) else {
            throw MLflowError(
                .permissionDenied,
                "A page from '\(origin.prefix(200))' may not write here. Start the server with `--allow-host` to let it."
            )
        }
    }

    private func isOwn(_ origin: String, authority: String?) -> Bool {
        guard let scheme = origin.firstRange(of: "://") else { return false }
        let place = origin[scheme.upperBound...]
        return authority.map { $0 == place } ?? false || hosts.names(HostNames.name(of: place))
    }
}

/// The names that a server answers to.
struct HostNames: Sendable {
    /// Exact names, `*.example.org`, or `*` for any.
    private let chosen: [String]
    /// Answer to any name, because a token keeps strangers out.
    private let anyName: Bool

    init(chosen: [String], anyName: Bool) {
        self.chosen = chosen.map { $0.lowercased() }
        self.anyName = anyName && chosen.isEmpty
    }

    func allow(_ name: String) -> Bool { anyName || isLoopback(name) || names(name) }

    /// Whether a person has named it.
    func names(_ name: String) -> Bool {
        chosen.contains { pattern in
            pattern == "*" || pattern == name || pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst())
        }
    }

    /// The name in `name:port`, lower case, without the brackets of an IPv6 address.
    static func name(of authority: some StringProtocol) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return authority[authority.index(after: authority.startIndex)..<end].lowercased()
        }
        return authority.prefix { $0 != ":" }.lowercased()
    }
}

/// Whether only this machine can reach the address or the name.
func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" || host.hasSuffix(".localhost") { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}

extension HTTPRequest.Method {
    /// It changes nothing.
    var isSafe: Bool { self == .get || self == .head || self == .options }
}
