import RepriseModel

/// An image in a registry: `docker.io/library/python:3.12`, always with its host.
package struct RegistryReference: Hashable, Sendable, CustomStringConvertible {
    /// `docker.io`, `127.0.0.1:5000`.
    package var host: String
    /// `library/python`.
    package var path: String
    package var tag: String?
    package var digest: Digest?
    /// The registry hands out one `.sif` file (`oras://`).
    package var isFile: Bool

    package init(host: String, path: String, tag: String? = nil, digest: Digest? = nil, isFile: Bool = false) {
        self.host = host
        self.path = path
        self.tag = tag
        self.digest = digest
        self.isFile = isFile
    }

    package var repository: String { host + "/" + path }

    /// The registry is on this machine itself, and speaks plain HTTP, as the engines take for granted, too.
    package var isLoopback: Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]" || name.hasPrefix("127.")
    }

    package var description: String {
        repository + (tag.map { ":" + $0 } ?? "") + (digest.map { "@sha256:\($0)" } ?? "")
    }
}
