import RepriseSystem

/// The address of a tracking server, and how one shows there who one is.
package struct MLflowAddress: Sendable {
    /// Without a name and a password in it.
    package var address: String
    package var login: HTTPLogin

    /// A name and a password in the address count first, then the variables that MLflow's clients know.
    package init(_ text: String, variables: [String: String]) {
        address = text
        login = .none
        if let token = MLflowAddress.value("MLFLOW_TRACKING_TOKEN", variables) { login = .bearer(token) }
        if let user = MLflowAddress.value("MLFLOW_TRACKING_USERNAME", variables) {
            login = .basic(user: user, password: variables["MLFLOW_TRACKING_PASSWORD"] ?? "")
        }
        guard let start = text.firstRange(of: "://")?.upperBound else { return }
        let host = text[start...].prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return }
        let parts = host[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        login = .basic(user: String(parts[0]), password: parts.count > 1 ? String(parts[1]) : "")
        address = String(text[..<start]) + String(text[text.index(after: at)...])
    }

    private static func value(_ name: String, _ variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
