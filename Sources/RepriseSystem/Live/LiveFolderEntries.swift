import CRepriseSystem
import Glibc
import RepriseModel

extension LiveFileSystem {
    package func entries(in folder: String, limit: Int) throws(FileError) -> [FolderEntry] {
        guard let stream = opendir(folder) else { throw fileError("list", folder, errno) }
        defer { closedir(stream) }
        var entries: [FolderEntry] = []
        while entries.count < limit, let entry = readdir(stream) {
            let name = String(cString: reprise_entry_name(entry))
            guard name != ".", name != ".." else { continue }
            guard let kind = try kind(entry.pointee.d_type, folder + "/" + name) else { continue }
            entries.append(FolderEntry(name: name, kind: kind))
        }
        return entries
    }

    /// Most file systems tell the kind with the name; the others are asked.
    private func kind(_ type: UInt8, _ path: String) throws(FileError) -> FileStatus.Kind? {
        switch Int(type) {
        case DT_REG: .file
        case DT_DIR: .folder
        case DT_LNK: .link
        case DT_UNKNOWN: try status(path)?.kind
        default: .other
        }
    }
}
