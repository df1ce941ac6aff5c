import RepriseModel
import RepriseSystem

/// Finds the event files of one run, again and again while it goes on, and looks only into folders that have changed.
///
/// An event file is one with `tfevents` in its name, as for TensorBoard. Hidden folders, links and the folders of package
/// managers are not entered.
package struct EventFileSearch: Sendable {
    /// A file that was found.
    package struct Found: Hashable, Sendable {
        /// Below the run's folder: `work/runs/a/events.out.tfevents.1700000000.host`.
        package var name: String
        /// Absolute.
        package var path: String
    }

    /// A folder to search, and how its files are named.
    package struct Root: Hashable, Sendable {
        package var name: String
        package var path: String

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// So many names are looked at in one go, and no more.
    package static let mostNames = 200_000

    /// True once there was more than could be looked at.
    package private(set) var isCutShort = false
    private let files: any FileSystem
    private let roots: [Root]
    private let pattern: PathPattern
    private var folders: [String: Folder] = [:]
    private var known: Set<String> = []

    /// What is known of a folder from an earlier look.
    private struct Folder {
        /// Nanoseconds since 1970; 0 where the look was so soon after the change that another may have been missed.
        var modified: Int64
        var folders: [String]
        var files: [String]
    }

    /// The pattern is relative to each root.
    package init(files: any FileSystem, roots: [Root], pattern: PathPattern) {
        self.files = files
        self.roots = roots
        self.pattern = pattern
    }

    /// Event files that no earlier look has found, those with the earliest time in their name first; outer folders
    /// before inner ones.
    package mutating func look(at now: Timestamp) -> [Found] {
        var found: [Found] = []
        var budget = EventFileSearch.mostNames
        for root in roots {
            var open = [""]
            while let below = open.popLast(), budget > 0 {
                let path = below.isEmpty ? root.path : root.path + "/" + below
                guard let folder = folder(path, now, &budget) else { continue }
                let prefix = below.isEmpty ? "" : below + "/"
                for name in folder.files where pattern.matches(prefix + name) {
                    let found = Found(name: "\(root.name)/\(prefix)\(name)", path: "\(path)/\(name)")
                    if known.insert(found.name).inserted { new(found) }
                }
                open += folder.folders.map { prefix + $0 }.filter(pattern.reaches)
            }
        }
        if budget <= 0 { isCutShort = true }
        return found.sorted { ($0.second, $0.depth, $0.name) < ($1.second, $1.depth, $1.name) }

        func new(_ file: Found) { found.append(file) }
    }

    private mutating func folder(_ path: String, _ now: Timestamp, _ budget: inout Int) -> Folder? {
        // What went away meanwhile, or cannot be entered, holds nothing to find.
        guard let status = (try? files.status(path)) ?? nil, status.kind == .folder else { return nil }
        budget -= 1
        if let folder = folders[path], folder.modified == status.modified { return folder }
        guard let entries = try? files.entries(in: path, limit: budget) else { return nil }
        budget -= entries.count
        // Two changes within one tick of the file system's clock leave the same time.
        let isSettled = now.milliseconds - status.modified / 1_000_000 > 2000
        let folder = Folder(
            modified: isSettled ? status.modified : 0,
            folders: entries.filter { $0.kind == .folder && !EventFileSearch.isPassedOver($0.name) }.map(\.name)
                .sorted(),
            files: entries.filter { $0.kind == .file && $0.name.contains("tfevents") }.map(\.name)
        )
        folders[path] = folder
        return folder
    }

    private static func isPassedOver(_ name: String) -> Bool {
        name.hasPrefix(".") || name == "__pycache__" || name == "node_modules" || name == "site-packages"
    }
}

extension EventFileSearch.Found {
    fileprivate var depth: Int { name.utf8.count { $0 == UInt8(ascii: "/") } }

    /// When the file was begun, in seconds since 1970, as writers put it into its name.
    fileprivate var second: Int64 {
        let words = lastName(of: name).split(separator: ".")
        guard let place = words.firstIndex(of: "tfevents"), place + 1 < words.count else { return 0 }
        return Int64(words[place + 1]) ?? 0
    }
}
