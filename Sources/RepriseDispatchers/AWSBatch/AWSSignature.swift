import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSystem

/// Signs for Amazon's services, version 4: URLs and forms that whoever holds them may use for a while.
///
/// Pure: the moment is a value, so that published examples can be compared.
struct AWSSignature: Sendable {
    var credentials: AWSCredentials
    var region: String
    /// When it is signed; it holds from then on.
    var moment: Timestamp

    /// The longest that a signed URL may hold.
    static let longest = Duration.seconds(7 * 24 * 3600)

    private var time: String { AWSTime.compact(moment) }
    private var scope: String { "\(time.prefix(8))/\(region)/s3/aws4_request" }

    /// The URL with a signature in its query. `query` holds names and values that are not yet encoded.
    func url(
        _ method: String,
        _ address: S3Address,
        query: [(String, String)] = [],
        lasting time: Duration = Self.longest
    ) -> String {
        var fields = query
        fields += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", "\(credentials.key)/\(scope)"),
            ("X-Amz-Date", self.time), ("X-Amz-Expires", String(max(1, time.components.seconds))),
            ("X-Amz-SignedHeaders", "host"),
        ]
        if let token = credentials.token { fields.append(("X-Amz-Security-Token", token)) }
        let text =
            fields.map { (percentEncoded($0.0), percentEncoded($0.1)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let path = percentEncoded(address.path, keeping: "/")
        let request = "\(method)\n\(path)\n\(text)\nhost:\(address.host)\n\nhost\nUNSIGNED-PAYLOAD"
        let digest = SHA256Hasher.digest(of: Array(request.utf8))
        let words = "AWS4-HMAC-SHA256\n\(self.time)\n\(scope)\n\(digest)"
        return "\(address.scheme)://\(address.host)\(path)?\(text)&X-Amz-Signature=\(signature(of: words))"
    }

    /// The fields of a form that may send any object whose key begins with `prefix` to the bucket.
    func form(bucket: String, prefix: String, until end: Timestamp) -> [(name: String, value: String)] {
        var fields = [
            ("success_action_status", "200"), ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", "\(credentials.key)/\(scope)"), ("x-amz-date", time),
        ]
        if let token = credentials.token { fields.append(("x-amz-security-token", token)) }
        let conditions: [Value] =
            [["bucket": .string(bucket)], ["starts-with", "$key", .string(prefix)]]
            + fields.map { .map([$0.0: .string($0.1)]) }
        let policy: Value = ["expiration": .string(AWSTime.extended(end)), "conditions": .list(conditions)]
        let text = base64(Array(policy.json().utf8))
        return fields + [("policy", text), ("x-amz-signature", signature(of: text))]
    }

    func signature(of words: String) -> String {
        var key = Array("AWS4\(credentials.secret)".utf8)
        for part in scope.split(separator: "/") { key = HMAC.sha256(Array(part.utf8), key: key) }
        return hexadecimal(HMAC.sha256(Array(words.utf8), key: key))
    }
}

/// Keyed hashes (RFC 2104).
enum HMAC {
    static func sha256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        let short = key.count > 64 ? octets(SHA256Hasher.digest(of: key)) : key
        let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
        let inner = SHA256Hasher.digest(of: padded.map { $0 ^ 0x36 } + bytes)
        return octets(SHA256Hasher.digest(of: padded.map { $0 ^ 0x5C } + octets(inner)))
    }

    private static func octets(_ digest: Digest) -> [UInt8] {
        let digits = digest.description.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// Moments as Amazon's services write them.
enum AWSTime {
    /// `20130524T000000Z`
    static func compact(_ moment: Timestamp) -> String {
        String(extended(moment).prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }

    /// `2013-05-24T00:00:00Z`
    static func extended(_ moment: Timestamp) -> String { String(moment.description.prefix(19)) + "Z" }
}
