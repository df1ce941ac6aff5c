import RepriseModel

/// What is wrong with a reference to an image that a person wrote.
package enum ImageMistake: RepriseError, Hashable {
    case empty
    case blanks(String)
    case name(String, of: String)
    case host(String, of: String)
    case tag(String, of: String)
    case digest(String, of: String)
    /// Before the `:` or `://`.
    case transport(String, of: String)
    /// One that exists, but that we do not fetch from.
    case foreign(String, of: String)
    /// A file that may hold any kind of image.
    case archive(String)
    case noPath(String)

    static let transports = [
        "docker://", "oras://", "docker-archive:", "oci-archive:", "oci:", "containers-storage:", "docker-daemon:",
    ]

    package var what: String {
        switch self {
        case .empty: "the image has no name"
        case .blanks(let text): "\(text.debugDescription) is no image: it holds blanks or control characters"
        case .name(let name, let text): "`\(text)` is no image: `\(name)` cannot be the name of a repository"
        case .host(let host, let text): "`\(text)` is no image: `\(host)` cannot be the name of a registry"
        case .tag(let tag, let text): "`\(text)` is no image: `\(tag)` cannot be a tag"
        case .digest(let digest, let text): "`\(text)` is no image: `\(digest)` is no digest"
        case .transport(let name, let text): "`\(text)` is no image: there is no transport `\(name)`"
        case .foreign(let name, _): "images from `\(name)` cannot be fetched by their content"
        case .archive(let text): "`\(text)` is a file of an unknown kind"
        case .noPath(let text): "`\(text)` names no file"
        }
    }

    package var why: String? {
        switch self {
        case .name: "names are lower-case letters and digits, with `.`, `_`, `-` between them and `/` between parts"
        case .tag: "tags are up to 128 letters, digits, `_`, `.`, `-`, and begin with none of the last two"
        case .digest: "expected `sha256:` and 64 hexadecimal digits in lower case"
        case .host: "expected a name or an address, with a port where needed: `registry.example.org:5000`"
        case .empty, .blanks, .transport, .foreign, .archive, .noPath: nil
        }
    }

    package var fix: String? {
        switch self {
        case .empty, .blanks: "name it as `python:3.12`, `docker-archive:tool.tar`, `tool.sif`"
        case .name(let name, let text) where name != name.lowercased():
            "did you mean `\(text.replacing(name, with: name.lowercased()))`?"
        case .name, .host, .tag, .digest: nil
        case .transport(let name, _):
            if let near = nearestName(to: name, among: Self.transports.map { $0.trimmingTransport }) {
                "did you mean `\(Self.transports.first { $0.trimmingTransport == near } ?? near)`?"
            } else {
                "known are " + Self.transports.map { "`\($0)`" }.joined(separator: ", ")
                    + ", and the path of a `.sif` file"
            }
        case .foreign: "fetch it with `apptainer pull FILE.sif …`, and name the file"
        case .archive(let text):
            "write `docker-archive:\(text)` or `oci-archive:\(text)`, or `oci:\(text)` for a folder"
        case .noPath(let text): "write the path behind it: `\(text)PATH`"
        }
    }

    package var code: String { "image-reference" }
}

extension String {
    fileprivate var trimmingTransport: String { String(prefix { $0 != ":" }) }
}
