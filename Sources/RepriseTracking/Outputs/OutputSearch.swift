import RepriseModel
import RepriseSystem

/// The files to keep, found by walking folders. Folders that are links are not entered.
struct OutputSearch {
    struct Found {
        var path: String
        /// The regular file with the content, links followed.
        var file: String
        var mode: Int
    }

    /// By the bytes of the path: names that only look the same are two files.
    private(set) var found: [[UInt8]: Found] = [:]
    private(set) var notes: [String] = []
    private let files: any FileSystem
    private let run: String
    private let project: String?
    private let largest: Int64

    init(files: any FileSystem, run: String, project: String? = nil, largest: Int64) {
        self.files = files
        self.run = run
        self.project = project
        self.largest = largest
    }

    /// What a project holds beside its files.
    private static let notOutputs: Set<String> = [".git", ".reprise"]

    mutating func everything(below folder: String, prefix: String) {
        let all = { (_: String) in true }
        walk(folder, "", shownBelow: prefix, where: all, enter: all) { search, path in
            search.take("\(folder)/\(path)", as: prefix + path)
        }
    }

    mutating func matches(of pattern: PathPattern, below work: String) {
        var count = 0
        if pattern.text.hasPrefix("/") || pattern.text.split(separator: "/").contains("..") {
            notes.append("`\(pattern.text)` leaves the run's folder, and was not looked for")
            return
        }
        let isOwn = project == nil
        let enter = { (path: String) in
            pattern.reaches(path) && (isOwn || !Self.notOutputs.contains(lastName(of: path)))
        }
        walk(work, "", where: pattern.matches, enter: enter) { search, path in
            count += 1
            search.take("\(work)/\(path)", as: path)
        }
        if count == 0 { notes.append("no file `\(pattern.text)` among what the run left") }
    }

    /// Visits what lies below the folder, names in byte order. Paths get `prefix`.
    private mutating func walk(
        _ folder: String,
        _ prefix: String,
        shownBelow place: String = "",
        where matches: (String) -> Bool,
        enter: (String) -> Bool,
        take: (inout OutputSearch, String) -> Void
    ) {
        for name in (try? files.names(in: folder)) ?? [] {  // A folder that is not there holds nothing.
            let path = prefix + name
            if isGarbled(name, in: folder) {
                if matches(path) || enter(path) {
                    noteOnce("`\(place + path)` has a name that is no UTF-8, and was not kept")
                }
            } else if (try? files.isFolder("\(folder)/\(name)")) == true {
                guard enter(path) else { continue }
                let below = "\(folder)/\(name)"
                walk(below, path + "/", shownBelow: place, where: matches, enter: enter, take: take)
            } else if matches(path) {
                take(&self, path)
            }
        }
    }

    /// Whether there is nothing of that name, since some of its bytes cannot be told in it.
    private func isGarbled(_ name: String, in folder: String) -> Bool {
        guard name.unicodeScalars.contains("\u{FFFD}") else { return false }
        return (try? files.status("\(folder)/\(name)")) == .some(nil)
    }

    /// Several rules may come upon the same file.
    private mutating func noteOnce(_ note: String) { if !notes.contains(note) { notes.append(note) } }

    private mutating func take(_ file: String, as path: String) {
        guard found[Array(path.utf8)] == nil else { return }
        do {
            guard let place = try resolved(file, hops: 40), let status = try files.status(place) else {
                return notes.append("`\(path)` is a link to nothing, and was not kept")
            }
            let roots = try [run, project].compactMap { try $0.flatMap { try resolved($0, hops: 40) } }
            guard roots.contains(where: { place.utf8.starts(with: ($0 + "/").utf8) }) else {
                return notes.append("`\(path)` is a link that leaves the run's folder, and was not kept")
            }
            guard status.kind == .file else { return notes.append("`\(path)` is no regular file, and was not kept") }
            guard status.bytes <= largest else {
                let sizes = (Quantities.text(bytes: status.bytes), Quantities.text(bytes: largest))
                return notes.append("`\(path)` has \(sizes.0), more than the \(sizes.1) that are kept of one file")
            }
            found[Array(path.utf8)] = Found(path: path, file: place, mode: status.mode)
        } catch {
            let reason = (error as? FileError)?.message ?? "\(error)"
            notes.append("`\(path)` could not be read, and was not kept: \(reason)")
        }
    }

    /// Leaves out what lies at that file, with a note; false where nothing that was found lies there.
    mutating func giveUp(_ file: String, _ error: FileError) -> Bool {
        let lost = found.values.filter { $0.file == file }.map(\.path).sorted()
        for path in lost {
            found[Array(path.utf8)] = nil
            notes.append("`\(path)` could not be read, and was not kept: \(error.message)")
        }
        return !lost.isEmpty
    }

    /// The path without links and `..`; nil where a link leads to nothing or in a circle.
    private func resolved(_ path: String, hops: Int) throws -> String? {
        var hops = hops
        var rest = Array(names(path).reversed())
        var place = ""
        while let name = rest.popLast() {
            if name == "." { continue }
            if name == ".." {
                place = place.isEmpty ? "" : String(place[..<(place.utf8.lastIndex(of: 0x2F) ?? place.startIndex)])
                continue
            }
            guard let status = try files.status("\(place)/\(name)") else { return nil }
            guard status.kind == .link else {
                place += "/\(name)"
                continue
            }
            hops -= 1
            if hops < 0 { return nil }
            let target = try files.linkTarget("\(place)/\(name)")
            if target.utf8.first == 0x2F { place = "" }
            rest += names(target).reversed()
        }
        return place
    }

    /// By scalars: for Swift, a slash before a combining mark is no slash.
    private func names(_ path: String) -> [String] { path.unicodeScalars.split(separator: "/").map(String.init) }
}
