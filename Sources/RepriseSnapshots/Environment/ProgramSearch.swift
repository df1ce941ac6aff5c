import RepriseModel
import RepriseSystem

/// Finds programs as a shell does.
struct ProgramSearch {
    let files: any FileSystem
    let path: String
    /// The folder that relative names with a slash count from.
    let folder: String

    /// The program's path as found, links not resolved; nil where there is none.
    func find(_ name: String) -> String? {
        if name.contains("/") {
            let full = name.hasPrefix("/") ? name : folder + "/" + joined("", name)
            return isProgram(full) ? full : nil
        }
        for place in path.split(separator: ":") {
            let full = (place.hasPrefix("/") ? String(place) : folder + "/" + place) + "/" + name
            if isProgram(full) { return full }
        }
        return nil
    }

    /// Where the links of the path end. At most 40 are followed.
    func resolved(_ path: String) -> String {
        var path = path
        for _ in 0..<40 {
            guard let target = try? files.linkTarget(path) else { return path }
            let place = target.hasPrefix("/") ? target : RepriseSystem.folder(of: path) + "/" + target
            path = "/" + joined("", place)
        }
        return path
    }

    private func isProgram(_ path: String) -> Bool {
        // What cannot be looked at cannot be started.
        guard let status = try? files.status(resolved(path)) else { return false }
        return status.kind == .file && status.mode & 0o111 != 0
    }
}
