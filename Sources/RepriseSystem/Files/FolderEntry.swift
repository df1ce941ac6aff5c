/// A name in a folder, and what lies there. Links are not followed.
package struct FolderEntry: Hashable, Sendable {
    package var name: String
    package var kind: FileStatus.Kind

    package init(name: String, kind: FileStatus.Kind) {
        self.name = name
        self.kind = kind
    }
}

extension FileSystem {
    package func entries(in folder: String, limit: Int) throws(FileError) -> [FolderEntry] {
        var entries: [FolderEntry] = []
        for name in try names(in: folder).prefix(limit) {
            guard let status = try status(folder + "/" + name) else { continue }
            entries.append(FolderEntry(name: name, kind: status.kind))
        }
        return entries
    }
}
