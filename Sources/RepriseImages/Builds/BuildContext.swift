import RepriseModel
import RepriseSystem

/// The files of a context that a recipe copies, by content.
///
/// Just these are laid before the engine, so that what it can copy is what was counted, whatever the recipe's bases do.
struct BuildContext: Hashable {
    /// One file, folder or link, with its path below the context.
    struct Item: Hashable {
        enum Content: Hashable {
            case folder
            case file(Digest, isExecutable: Bool)
            case link(String)
        }

        var path: String
        var content: Content
    }

    let folder: String
    /// Where the items lie in the context that the engine sees; empty, or a name with a slash behind it.
    let prefix: String
    /// In the order of their paths' bytes.
    let items: [Item]

    /// `ignored` names the file that leaves things out; nothing is left out where it is missing.
    init(
        _ folder: String,
        below prefix: String = "",
        sources: CopiedSources,
        ignoring ignored: [String],
        files: any FileSystem,
        trees: any FileTree
    ) throws {
        self.folder = folder
        self.prefix = prefix
        guard sources != .some([]) else {
            items = []
            return
        }
        let rules = try IgnoreFile(
            ignored.first { try files.exists($0) }.map { try files.text($0) } ?? ""
        )
        let all = try trees.walk(Array(folder.utf8), followingLinks: false, enters: { !isOfTools($0) })
            .filter { !isOfTools($0.path) && !rules.ignores(pathText($0.path)) }
        items = try chosen(all, by: sources)
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
            .map { try Item($0, in: folder, trees) }
    }

    /// What identifies it. Of permissions only "executable" counts, as in snapshots: the rest is this machine's.
    var value: Value {
        .list(
            items.map { item in
                let path = Value.string(item.path)
                return switch item.content {
                case .folder: .list([path, "folder"])
                case .file(let digest, let isExecutable):
                    .list([path, .string(isExecutable ? "program" : "file"), .string(digest.description)])
                case .link(let target): .list([path, "link", .string(target)])
                }
            }
        )
    }

    /// Lays the items into a new folder, with permissions that are the same everywhere.
    func copy(to place: String, files: any FileSystem) throws {
        for parent in [""] + parents + (prefix.isEmpty ? [] : [prefix]) {
            try files.makeFolder(place + "/" + parent)
            try files.setMode(0o755, of: place + "/" + parent)
        }
        for item in items {
            let path = place + "/" + prefix + item.path
            switch item.content {
            case .folder:
                try files.makeFolder(path)
                try files.setMode(0o755, of: path)
            case .file(_, let isExecutable):
                let mode = isExecutable ? 0o755 : 0o644
                try files.copy(folder + "/" + item.path, to: path, mode: mode)
                // A copy obeys the umask, which differs between people.
                try files.setMode(mode, of: path)
            case .link(let target):
                try files.makeLink(path, to: target)
            }
        }
    }
}

extension BuildContext {
    /// The folders that the items need, each before those in it.
    private var parents: [String] {
        var parents: Set<String> = []
        for item in items {
            let names = (prefix + item.path).split(separator: "/").dropLast()
            for count in names.indices { parents.insert(names[...count].joined(separator: "/")) }
        }
        return parents.sorted()
    }
}

extension BuildContext.Item {
    fileprivate init(_ entry: TreeEntry, in folder: String, _ trees: any FileTree) throws {
        let path = Array((folder + "/").utf8) + entry.path
        let content: Content =
            switch entry.status.kind {
            case .folder: .folder
            case .link: .link(try text(try trees.linkTarget(path), of: path))
            case .file: .file(try trees.digest(path).digest, isExecutable: entry.status.mode & 0o100 != 0)
            case .other: throw unreadable(path, why: "it is no file, folder or link")
            }
        self.init(path: try text(entry.path, of: path), content: content)
    }
}

private func text(_ name: PathBytes, of path: PathBytes) throws -> String {
    guard let text = String(validating: name, as: UTF8.self) else {
        throw unreadable(path, why: "its name is no UTF-8")
    }
    return text
}

private func unreadable(_ path: PathBytes, why: String) -> Mistake {
    Mistake(
        "`\(pathText(path))` cannot be copied into an image",
        why: why,
        fix: "leave it out by a line in `.dockerignore`",
        code: "context-unreadable"
    )
}

/// What no snapshot holds, for recipes that are tried in a working tree.
private func isOfTools(_ path: PathBytes) -> Bool { path == Array(".reprise".utf8) || path == Array(".git".utf8) }

/// Everything wherever a link could lead to more than was named.
private func chosen(_ all: [TreeEntry], by sources: CopiedSources) throws -> [TreeEntry] {
    guard case .some(let patterns) = sources else { return all }
    let names = patterns.map { PathPattern($0) }
    let isLinked = all.contains { entry in
        entry.status.kind == .link && names.contains { $0.reaches(pathText(entry.path)) }
    }
    guard !isLinked else { return all }
    return all.filter { entry in names.contains { $0.matches(pathText(entry.path)) } }
}
