import OrderedCollections
import RepriseModel

/// Who one is for Amazon's services, for a while.
struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    var key: String
    var secret: String
    /// Of a session that somebody logged into.
    var token: String?
    /// When the session ends; nil for keys that last.
    var end: Timestamp?

    var description: String { "credentials" }
    var debugDescription: String { "credentials" }

    /// Whether something that is signed now can be used for a while still.
    func isFresh(_ now: Timestamp) -> Bool { end.map { $0.since(now) > .seconds(300) } ?? true }

    /// How long what is signed now can be used.
    func lasting(_ now: Timestamp) -> Duration {
        guard let end else { return AWSSignature.longest }
        return min(AWSSignature.longest, max(.seconds(1), end.since(now)))
    }

    init(key: String, secret: String, token: String? = nil, end: Timestamp? = nil) {
        self.key = key
        self.secret = secret
        self.token = token
        self.end = end
    }

    /// From the variables that every program of Amazon's reads; nil where they do not say.
    init?(_ variables: [String: String]) {
        guard let key = variables["AWS_ACCESS_KEY_ID"], let secret = variables["AWS_SECRET_ACCESS_KEY"], !key.isEmpty,
            !secret.isEmpty
        else { return nil }
        self.init(key: key, secret: secret, token: variables["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 })
    }

    /// From what `aws configure export-credentials` prints.
    init?(json text: String) {
        guard let map = (try? Value(json: text))?.mapValue, let key = map["AccessKeyId"]?.stringValue,
            let secret = map["SecretAccessKey"]?.stringValue
        else { return nil }
        self.init(
            key: key,
            secret: secret,
            token: map["SessionToken"]?.stringValue,
            end: map["Expiration"]?.stringValue.flatMap { Timestamp($0) }
        )
    }
}
