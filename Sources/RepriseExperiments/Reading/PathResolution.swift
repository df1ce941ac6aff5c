/// The path as seen from a folder, without `.`, `..` and doubled slashes. Links are not followed.
func resolvedPath(_ path: String, in folder: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
        if part == "..", let last = parts.last, last != ".." {
            parts.removeLast()
        } else if part != ".." || !whole.hasPrefix("/") {
            parts.append(part)
        }
    }
    let joined = parts.joined(separator: "/")
    if whole.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
}

/// The folder that holds the path: `.` for a bare name.
func folderOfPath(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last part of a path.
func nameOfPath(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
