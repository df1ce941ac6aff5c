import RepriseModel

extension RegistryReference {
    /// Reads what people type: `python`, `python:3.12`, `docker.io/library/python@sha256:…`, `host:5000/team/tool:1`.
    ///
    /// A name without a host is one of docker.io, as everywhere; without tag and digest it means `latest`.
    package init(_ text: String, isFile: Bool = false) throws {
        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            digest = try Self.digest(rest[rest.index(after: at)...], of: text)
            rest = rest[..<at]
        }
        var tag: String?
        let slash = rest.lastIndex(of: "/")
        if let colon = rest.lastIndex(of: ":"), slash.map({ $0 < colon }) ?? true {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        if let tag, !Self.isTag(tag) {
            throw ImageMistake.tag(tag, of: text)
        }
        let (host, path) = try Self.place(String(rest), of: text)
        if tag == nil, digest == nil { tag = "latest" }
        self.init(host: host, path: path, tag: tag, digest: digest, isFile: isFile)
    }

    private static func digest(_ text: Substring, of whole: String) throws -> Digest {
        guard text.hasPrefix("sha256:"), let digest = Digest(text.dropFirst(7)) else {
            throw ImageMistake.digest(String(text), of: whole)
        }
        return digest
    }

    private static func place(_ name: String, of text: String) throws -> (host: String, path: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { throw ImageMistake.name(name, of: text) }
        let hasHost = parts.count > 1 && (parts[0] == "localhost" || parts[0].contains(where: { ".:".contains($0) }))
        var host = hasHost ? parts[0] : "docker.io"
        var path = Array(hasHost ? parts[1...] : parts[...])
        if host == "index.docker.io" { host = "docker.io" }
        if host == "docker.io", path.count == 1 { path.insert("library", at: 0) }
        for part in path where !isPathPart(part) { throw ImageMistake.name(name, of: text) }
        guard isHost(host) else { throw ImageMistake.host(host, of: text) }
        return (host, path.joined(separator: "/"))
    }

    private static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
        return isWord(first) && text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// Letters and digits in any case, or `_`.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    /// Lower-case letters and digits, with single `.`, one or two `_`, or any number of `-` between them.
    private static func isPathPart(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*/) != nil
    }

    private static func isHost(_ text: String) -> Bool {
        text.wholeMatch(of: /([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?/) != nil
    }
}
