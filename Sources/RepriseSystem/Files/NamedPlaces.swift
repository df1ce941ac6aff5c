import RepriseModel

/// Places that a person named. What is wrong with one is told in the person's own words.
extension FileSystem {
    /// Throws unless the absolute path leads to a folder. `shown` is how the person wrote it.
    package func expectFolder(_ path: String, as shown: String) throws {
        switch try status(pathWithoutLinks(path))?.kind {
        case .folder: return
        case nil:
            let near = try nearFolder(to: path, as: shown)
            throw Mistake(
                "there is no folder `\(shown)`",
                fix: near.map { "did you mean `\($0)`?" } ?? "name one that is there, or make it first",
                code: "folder-missing"
            )
        default:
            throw Mistake(
                "`\(shown)` is not a folder",
                fix: "name a folder, such as the one that it lies in",
                code: "not-a-folder"
            )
        }
    }

    /// Throws unless the absolute path leads to something that can be read as a file. `option` is what it was given to.
    package func expectFile(_ path: String, as shown: String, for option: String) throws {
        let kind = try status(pathWithoutLinks(path))?.kind
        guard kind == nil || kind == .folder else { return }
        let above = folder(of: path)
        let own = lastName(of: path)
        let near =
            kind == nil && shown.hasSuffix(own) ? nearestName(to: own, among: (try? names(in: above)) ?? []) : nil
        throw Mistake(
            kind == nil ? "there is no file `\(shown)`" : "`\(shown)` is a folder",
            why: "`\(option)` takes a file",
            fix: near.map { "did you mean `\(shown.dropLast(own.count) + $0)`?" } ?? "name a file by `\(option)`",
            code: kind == nil ? "file-missing" : "is-a-folder"
        )
    }

    private func nearFolder(to path: String, as shown: String) throws -> String? {
        let above = folder(of: path)
        guard try status(pathWithoutLinks(above))?.kind == .folder else { return nil }
        let folders = try names(in: above).filter { try status(pathWithoutLinks("\(above)/\($0)"))?.kind == .folder }
        let own = lastName(of: path)
        guard let near = nearestName(to: own, among: folders), shown.hasSuffix(own) else { return nil }
        return shown.dropLast(own.count) + near
    }

    /// Writes where the absolute path leads: through links, into a device or a pipe as it is, else as `write` does.
    ///
    /// `shown` is how the person wrote the path. A folder is refused, and a path in a folder that is not there.
    package func writeNamed(_ text: String, to path: String, as shown: String) throws {
        let place = try pathWithoutLinks(path)
        let status = try status(place)
        switch status?.kind {
        case .folder:
            throw Mistake("`\(shown)` is a folder", fix: "name a file in it", code: "is-a-folder")
        case .other: try append(Array(text.utf8), to: place)
        default:
            try expectFolder(folder(of: place), as: folder(of: shown))
            try write(text, to: place, mode: status?.mode ?? 0o644)
        }
    }
}
