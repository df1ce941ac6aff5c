/// How a registry wants to be convinced, as its `WWW-Authenticate` says.
enum RegistryChallenge: Hashable, Sendable {
    case basic
    case bearer(realm: String, service: String?, scope: String?)

    init?(_ field: String) {
        let scheme = field.prefix { $0 != " " }.lowercased()
        if scheme == "basic" {
            self = .basic
            return
        }
        let values = Self.parameters(field.dropFirst(scheme.count))
        guard scheme == "bearer", let realm = values["realm"] else { return nil }
        self = .bearer(realm: realm, service: values["service"], scope: values["scope"])
    }

    /// `a="1, 2",b=3`; a comma between quotes does not divide.
    private static func parameters(_ text: Substring) -> [String: String] {
        var values: [String: String] = [:]
        for match in text.matches(of: /([A-Za-z_]+)=("([^"]*)"|[^,\s]+)/) {
            values[match.1.lowercased()] = String(match.3 ?? match.2)
        }
        return values
    }
}
