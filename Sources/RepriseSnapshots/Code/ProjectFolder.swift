import RepriseModel
import RepriseSystem

/// The folder whose code a snapshot holds, and where the experiment lies in it.
package struct ProjectFolder: Hashable, Sendable {
    /// The tree's root on this machine.
    package var root: String
    /// The experiment's folder below the root; empty for the root itself.
    package var folder: String
    /// The project's own git repository, where it has one.
    package var git: GitFolder?

    package init(root: String, folder: String = "", git: GitFolder? = nil) {
        self.root = root
        self.folder = folder
        self.git = git
    }
}

/// Where a repository of somebody else's keeps its things. A work tree added by `git worktree` or a submodule has its own
/// folder; a work tree shares history and settings with the repository it came from.
package struct GitFolder: Hashable, Sendable {
    package var folder: String
    package var common: String

    package var index: String { folder + "/index" }
    package var excludes: String { common + "/info/exclude" }
}

/// The project of an experiment in `folder`: the top level of the git repository around it; else the parent of a store
/// `.reprise`, where it lies above; else the folder itself. Paths are absolute.
package func projectRoot(of folder: String, store: String, files: any FileSystem) throws(FileError) -> ProjectFolder {
    var root = folder
    while true {
        if let git = try gitFolder(in: root, files: files) {
            return ProjectFolder(root: root, folder: relative(folder, to: root), git: git)
        }
        let above = RepriseSystem.folder(of: root)
        if above == root || above == "." { break }
        root = above
    }
    let parent = RepriseSystem.folder(of: store)
    // A store that somebody put elsewhere (`REPRISE_HOME`) says nothing about where the project begins.
    if store.hasSuffix("/.reprise"), parent != "/", folder.hasPrefix(parent + "/") {
        return ProjectFolder(root: parent, folder: relative(folder, to: parent))
    }
    return ProjectFolder(root: folder)
}

private func relative(_ path: String, to root: String) -> String {
    root == "/" ? String(path.dropFirst()) : String(path.dropFirst(root.count + 1))
}

/// The repository of the work tree that this folder is the top of; nil where it is none.
func gitFolder(in folder: String, files: any FileSystem) throws(FileError) -> GitFolder? {
    let path = folder == "/" ? "/.git" : folder + "/.git"
    guard let status = try files.status(path) else { return nil }
    var git = path
    if status.kind == .file {
        let text = try files.text(path)
        guard text.hasPrefix("gitdir:") else { return nil }
        git = absolute(text.dropFirst(7), in: folder)
    }
    guard try files.exists(git + "/HEAD") else { return nil }
    guard try files.exists(git + "/commondir") else { return GitFolder(folder: git, common: git) }
    return GitFolder(folder: git, common: absolute(try files.text(git + "/commondir")[...], in: git))
}

private func absolute(_ text: Substring, in folder: String) -> String {
    let path = text.drop { $0 == " " }.prefix { $0 != "\n" }
    return path.hasPrefix("/") ? String(path) : folder + "/" + path
}

/// The commit that the work tree stands on; nil before the first commit, and where refs are kept in a way unknown here.
func headCommit(of git: GitFolder, files: any FileSystem) throws(FileError) -> String? {
    guard let head = try line(of: git.folder + "/HEAD", files: files) else { return nil }
    guard head.hasPrefix("ref: ") else { return isObjectName(head) ? head : nil }
    let name = String(head.dropFirst(5))
    if let loose = try line(of: git.common + "/" + name, files: files) { return isObjectName(loose) ? loose : nil }
    guard try files.exists(git.common + "/packed-refs") else { return nil }
    for entry in try files.text(git.common + "/packed-refs").split(separator: "\n") where entry.hasSuffix(" " + name) {
        let commit = entry.prefix { $0 != " " }
        return isObjectName(commit) ? String(commit) : nil
    }
    return nil
}

private func line(of path: String, files: any FileSystem) throws(FileError) -> String? {
    guard try files.status(path)?.kind == .file else { return nil }
    return try files.text(path).split(separator: "\n").first.map(String.init)
}

/// Whether the text is a SHA-1 name as the store's repository uses.
func isObjectName(_ text: some StringProtocol) -> Bool { text.utf8.count == 40 && text.allSatisfy(\.isHexDigit) }
