import RepriseModel
import RepriseSystem

/// Where an image comes from, as a person wrote it. Paths are absolute.
package enum ImageSource: Hashable, Sendable {
    case registry(RegistryReference)
    /// As `podman save` and `docker save` write it. The tag is a whole name: `localhost/tool:1`.
    case dockerArchive(String, tag: String?)
    case ociArchive(String, tag: String?)
    /// A folder with `index.json`.
    case ociLayout(String, tag: String?)
    /// A `.sif` file.
    case file(String)
    /// A name or an id in an engine's own store, and in no registry; of one engine only where it says which.
    case engine(String, of: EngineKind? = nil)
}

extension ImageSource {
    /// Reads a reference; relative paths count from `folder`. Whether anything is there is not looked at.
    package init(_ text: String, from folder: String) throws {
        guard !text.isEmpty else { throw ImageMistake.empty }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw ImageMistake.blanks(text) }
        if let scheme = text.firstRange(of: "://") {
            self = try Self.address(String(text[..<scheme.lowerBound]), text[scheme.upperBound...], of: text)
        } else if let transport = Self.transport(of: text) {
            self = try Self.local(transport, String(text.dropFirst(transport.count + 1)), of: text, from: folder)
        } else if text.hasSuffix(".sif") {
            self = .file(absolutePath(text, from: folder))
        } else if Digest(text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]) != nil {
            self = .engine(text.hasPrefix("sha256:") ? text : "sha256:" + text)
        } else {
            try Self.checkNearTransport(text)
            if text.hasSuffix(".tar") || text.hasSuffix(".tar.gz") || "/.~".contains(text.prefix(1)) {
                throw ImageMistake.archive(text)
            }
            let reference = try RegistryReference(text)
            // No registry listens behind the bare name: this is how engines call what was built or loaded on the spot.
            self = reference.host == "localhost" ? .engine(reference.description) : .registry(reference)
        }
    }

    private static func address(_ scheme: String, _ rest: Substring, of text: String) throws -> ImageSource {
        switch scheme {
        case "docker", "oras": .registry(try RegistryReference(String(rest), isFile: scheme == "oras"))
        case "library", "shub", "http", "https": throw ImageMistake.foreign(scheme + "://", of: text)
        case "file" where rest.hasSuffix(".sif") && rest.hasPrefix("/"): .file(absolutePath(String(rest), from: "/"))
        default: throw ImageMistake.transport(scheme, of: text)
        }
    }

    private static func transport(of text: String) -> String? {
        let name = String(text.prefix { $0 != ":" })
        return ImageMistake.transports.contains(name + ":") && name.count < text.count ? name : nil
    }

    private static func local(
        _ transport: String,
        _ rest: String,
        of text: String,
        from folder: String
    ) throws -> ImageSource {
        guard !rest.isEmpty else { throw ImageMistake.noPath(text) }
        switch transport {
        case "containers-storage": return try stored(rest, of: .podman)
        case "docker-daemon": return try stored(rest, of: .docker)
        default:
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let first = parts.first, !first.isEmpty else { throw ImageMistake.noPath(transport + ":") }
            let path = absolutePath(first, from: folder)
            let tag = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
            return switch transport {
            case "docker-archive": .dockerArchive(path, tag: tag)
            case "oci-archive": .ociArchive(path, tag: tag)
            default: .ociLayout(path, tag: tag)
            }
        }
    }

    private static func stored(_ name: String, of engine: EngineKind) throws -> ImageSource {
        if Digest(name.hasPrefix("sha256:") ? name.dropFirst(7) : name[...]) != nil {
            return .engine(name.hasPrefix("sha256:") ? name : "sha256:" + name, of: engine)
        }
        return .engine(try RegistryReference(name).description, of: engine)
    }

    /// `docker-archiv:x.tar` could be the tag of a repository, and never is.
    private static func checkNearTransport(_ text: String) throws {
        guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), !text.hasPrefix("[") else { return }
        let (name, rest) = (String(text[..<colon]), text[text.index(after: colon)...])
        let known = ImageMistake.transports.filter { $0.hasSuffix(":") }.map { String($0.dropLast()) }
        let isHyphenated = name.contains("-") && nearestName(to: name, among: known.filter { $0.contains("-") }) != nil
        // `host:5000/tool` has a port there.
        let isPath =
            rest.contains("/") && !rest.prefix { $0 != "/" }.allSatisfy { "0"..."9" ~= $0 } || rest.hasPrefix("/")
        if isHyphenated || isPath { throw ImageMistake.transport(name, of: text) }
    }
}
