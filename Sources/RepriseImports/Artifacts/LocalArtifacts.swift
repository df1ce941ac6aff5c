import RepriseModel
import RepriseSystem
import RepriseTracking

/// Files of a history on this machine.
package struct LocalArtifacts: ArtifactSource {
    private let files: any FileSystem
    /// The folder from which relative paths count.
    private let folder: String
    /// Where a server kept what it names by `mlflow-artifacts:`.
    private let proxied: String?

    package init(files: any FileSystem, folder: String, proxied: String?) {
        self.files = files
        self.folder = folder
        self.proxied = proxied
    }

    package func files(below root: String) throws -> [HistoryFile] {
        let path = try self.path(of: root)
        guard try files.isFolder(path) else {
            // A run without artifacts may never have got a folder.
            if root.hasPrefix("mlflow-artifacts:"), proxied == nil {
                throw ArtifactsUnreachable("`\(path)` is not there")
            }
            return []
        }
        var found: [HistoryFile] = []
        var open = [""]
        while let below = open.popLast() {
            let place = below.isEmpty ? path : path + "/" + below
            for entry in try files.entries(in: place, limit: .max) {
                let name = below.isEmpty ? entry.name : below + "/" + entry.name
                switch entry.kind {
                case .folder: open.append(name)
                case .file:
                    let bytes = try files.status("\(path)/\(name)")?.bytes ?? 0
                    found.append(HistoryFile(path: name, bytes: bytes, place: "\(path)/\(name)"))
                // A link may lead anywhere.
                case .link, .other: continue
                }
            }
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    package func fetch(_ files: [HistoryFile], into folder: String) -> [FetchedFile] { files.map { .at($0.place) } }

    private func path(of root: String) throws -> String {
        guard let scheme = root.firstRange(of: ":/").map({ String(root[..<$0.lowerBound]) }) else {
            return absolutePath(root, from: folder)
        }
        switch scheme {
        case "file": return localPath(ofURI: root)
        case "mlflow-artifacts":
            let rest = root.dropFirst("mlflow-artifacts:".count)
            // `mlflow-artifacts://host:port/path` and `mlflow-artifacts:/path`.
            let path = rest.hasPrefix("//") ? rest.dropFirst(2).drop { $0 != "/" } : rest
            return (proxied ?? folder + "/mlartifacts") + path
        default:
            throw ArtifactsUnreachable("no way to `\(root)` from here; a tracking server that hands them on is one")
        }
    }
}

/// The path in `file:///path` or `file:/path`, its escapes resolved.
package func localPath(ofURI uri: String) -> String {
    var rest = Substring(uri)
    if rest.hasPrefix("file:") { rest = rest.dropFirst(5) }
    if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
    var bytes: [UInt8] = []
    var left = Array(rest.utf8)[...]
    while let byte = left.popFirst() {
        if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: left.prefix(2), as: UTF8.self), radix: 16) {
            bytes.append(value)
            left = left.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
