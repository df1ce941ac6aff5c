import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseYAML

/// Reads a file and, below it, the files that its `extends` names.
struct ExtendsReader {
    /// The most files that one experiment may be made of.
    static let fileLimit = 100

    let files: any FileSystem
    /// The absolute folder of each file read, under the name that places use.
    var folders: [String: String] = [:]
    var paths: [String] = []
    /// How often a file was read: one that two others extend is read twice.
    private var reads = 0

    init(files: any FileSystem) { self.files = files }

    /// Reads the file at an absolute path; `shown` is what messages call it.
    mutating func read(_ path: String, shown: String, chain: [String] = []) throws -> LocatedValue {
        folders[shown] = folderOfPath(path)
        if !paths.contains(path) { paths.append(path) }
        reads += 1
        guard paths.count <= Self.fileLimit, reads <= 10 * Self.fileLimit else {
            throw Mistake(
                "the experiment is made of more than \(Self.fileLimit) files",
                code: "too-many-files",
                place: Place(file: shown)
            )
        }
        let reader = YAMLReader(knownTags: [removeTag])
        let bytes = try self.bytes(of: path, shown: shown, limit: reader.byteLimit)
        guard let root = try SweepCommas.read(bytes, file: shown, with: reader) else {
            throw Mistake(
                "the file says nothing",
                fix: "`reprise init` writes an example",
                code: "empty-file",
                place: Place(file: shown)
            )
        }
        return try extended(root, path: path, shown: shown, chain: chain)
    }

    /// Merges what `extends` names under the map. `path` says from where its names are seen.
    mutating func extended(_ root: LocatedValue, path: String, shown: String, chain: [String]) throws -> LocatedValue {
        guard var map = root.map else {
            throw Mistake(
                "an experiment is a map, not a \(root.kind)",
                fix: "write keys such as `name:`, `parameters:` and `command:`",
                code: "wrong-type",
                place: root.place
            )
        }
        let extends = map.removeValue(forKey: "extends")
        var own = root
        own.content = .map(map)
        own = try own.withNestedParameters()
        guard let extends else { return try own.checkedForRemovals() }
        var merged = LocatedValue(.map([:]), at: root.place)
        for name in try names(extends.value) {
            let below = try self.below(name, path: path, shown: shown, chain: chain)
            merged = try merged.merged(with: below)
        }
        return try merged.merged(with: own)
    }

    private func names(_ value: LocatedValue) throws -> [LocatedValue] {
        let names = value.list ?? [value]
        for name in names where name.scalar?.stringValue == nil {
            throw Mistake(
                "`extends` must be a file or a list of files, and holds a \(name.kind)",
                code: "wrong-type",
                place: name.place
            )
        }
        return names
    }

    private mutating func below(
        _ name: LocatedValue,
        path: String,
        shown: String,
        chain: [String]
    ) throws -> LocatedValue {
        let text = name.value.text
        let other = resolvedPath(text, in: folderOfPath(path))
        let otherShown = resolvedPath(text, in: folderOfPath(shown))
        let shownChain = chain + [path]
        if let start = shownChain.firstIndex(of: other) {
            let circle = (shownChain[start...] + [other]).map { "`\(nameOfPath($0))`" }.joined(separator: " → ")
            throw Mistake(
                "files extend each other in a circle: \(circle)",
                fix: "take one of them out of `extends`",
                code: "extends-circle",
                place: name.place
            )
        }
        guard try files.exists(other) else {
            let near = nearestName(to: nameOfPath(other), among: (try? files.names(in: folderOfPath(other))) ?? [])
            throw Mistake(
                "there is no file `\(text)`",
                why: "`extends` names it; paths are relative to the file that says them",
                fix: near.map { "did you mean `\($0)`?" },
                code: "file-missing",
                place: name.place
            )
        }
        return try read(other, shown: otherShown, chain: shownChain)
    }

    private func bytes(of path: String, shown: String, limit: Int) throws -> [UInt8] {
        do {
            return try files.read(path, limit: limit)
        } catch let error {
            guard case .tooLarge = error.reason else { throw error }
            let size = (try? files.status(path)).flatMap { $0 }.map { Quantities.text(bytes: $0.bytes) } ?? "more"
            throw Mistake(
                "the file has \(size), and an experiment may have at most \(Quantities.text(bytes: Int64(limit)))",
                fix: "keep large tables in a file of their own, and name that file under `data:`",
                code: "file-too-large",
                place: Place(file: shown)
            )
        }
    }
}
