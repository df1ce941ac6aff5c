import RepriseModel

/// Where an object, or a bucket, is reached.
struct S3Address: Hashable, Sendable {
    var scheme: String
    /// With the port, where it is not the usual one.
    var host: String
    /// Not yet encoded; begins with `/`.
    var path: String

    var text: String { "\(scheme)://\(host)\(path)" }
}

/// The part of a bucket that a target's jobs are staged in.
struct S3Place: Hashable, Sendable {
    var bucket: String
    /// Without slashes at either end; empty for the whole bucket.
    var prefix: String
    var region: String
    /// `https://host:port` where it is not Amazon's own.
    var endpoint: String?

    func key(_ name: String) -> String { prefix.isEmpty ? name : prefix + "/" + name }

    func address(key: String) -> S3Address {
        var address = bucketAddress
        address.path = (address.path == "/" ? "/" : address.path + "/") + key
        return address
    }

    /// By the bucket's own host name, where it has one.
    var bucketAddress: S3Address {
        if let endpoint {
            let parts = endpoint.split(separator: "://", maxSplits: 1)
            let host = parts.count == 2 ? parts[1] : parts[0]
            let trimmed = host.split(separator: "/").first ?? host
            return S3Address(
                scheme: parts.count == 2 ? String(parts[0]) : "https",
                host: String(trimmed),
                path: "/" + bucket
            )
        }
        let domain = "s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
        // A certificate covers one name before the domain.
        if bucket.contains(".") { return S3Address(scheme: "https", host: domain, path: "/" + bucket) }
        return S3Address(scheme: "https", host: "\(bucket).\(domain)", path: "/")
    }
}

/// What the service of objects answers.
enum S3Reply {
    struct Object: Hashable, Sendable {
        var key: String
        var bytes: Int64
    }

    struct Listing: Hashable, Sendable {
        var objects: [Object] = []
        /// Where the next page begins; nil on the last one.
        var next: String?
    }

    static func listing(_ text: String) -> Listing {
        var listing = Listing()
        for part in text.split(separator: "<Contents>").dropFirst() {
            guard let key = element("Key", in: part) else { continue }
            listing.objects.append(Object(key: plain(key), bytes: element("Size", in: part).flatMap(Int64.init) ?? 0))
        }
        if element("IsTruncated", in: text[...]) == "true" {
            listing.next = element("NextContinuationToken", in: text[...]).map(plain)
        }
        return listing
    }

    /// `NoSuchBucket` and the like, with the service's words.
    static func error(_ text: String) -> (code: String, message: String)? {
        guard let code = element("Code", in: text[...]) else { return nil }
        return (code, plain(element("Message", in: text[...]) ?? ""))
    }

    private static func element(_ name: String, in text: Substring) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    private static func plain(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
            .reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
