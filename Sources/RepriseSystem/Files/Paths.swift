// By scalars and bytes: for Swift, a slash before a combining mark is no slash.

/// The path seen from `folder`, absolute and without `.`, `..` and doubled slashes. Links are not followed.
package func absolutePath(_ path: String, from folder: String) -> String {
    let whole = path.utf8.first == UInt8(ascii: "/") ? path : folder + "/" + path
    var parts: [String] = []
    for part in whole.unicodeScalars.split(separator: "/").map(String.init) {
        switch part {
        case ".": continue
        case "..": _ = parts.popLast()
        default: parts.append(part)
        }
    }
    return "/" + parts.joined(separator: "/")
}

/// The last name of a path.
package func lastName(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
}

/// The absolute path as seen from the absolute folder, `../` and all; unchanged where hardly anything is shared, so that
/// `/data/x` stays what it is. What two people with the same project write down is then the same.
package func relativePath(_ path: String, from folder: String) -> String {
    let (target, start) = (path.split(separator: "/"), folder.split(separator: "/"))
    let shared = zip(target, start).prefix { $0 == $1 }.count
    let up = start.count - shared
    guard shared > 0, up <= 3 else { return path }
    return (Array(repeating: "..", count: up) + target.dropFirst(shared)).joined(separator: "/")
}

extension FileSystem {
    /// Where the path leads: absolute and without links, as far as there is something.
    package func pathWithoutLinks(_ path: String) throws(FileError) -> String {
        var place = ""
        var rest = path.split(separator: "/").map(String.init)[...]
        var links = 0
        while let name = rest.popFirst() {
            if name == "." { continue }
            if name == ".." {
                let above = folder(of: place)
                place = place.isEmpty || above == "/" ? "" : above
                continue
            }
            let next = place + "/" + name
            guard links < 40, try status(next)?.kind == .link else {
                place = next
                continue
            }
            links += 1
            let target = try linkTarget(next)
            rest = (target.split(separator: "/").map(String.init) + rest)[...]
            if target.hasPrefix("/") { place = "" }
        }
        return place.isEmpty ? "/" : place
    }
}
