import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// What the store remembers of images that nothing refers to any more: files that Apptainer executes, records of builds,
/// and what was found in an image. All of it can be made again. Files of `image keep` are never among them.
struct ImageGarbage {
    /// `images` in the store.
    let folder: String
    let files: any FileSystem
    /// The images that are needed.
    let needed: Set<Digest>
    /// What is younger stays: another process may be about to refer to it.
    let young: Timestamp

    /// Paths of what may go, and how many bytes their files have.
    func found() throws -> [(path: String, bytes: Int64)] {
        try (converted() + facts() + builds()).sorted { $0.path < $1.path }
    }

    private func converted() throws -> [(path: String, bytes: Int64)] {
        try unneeded(in: folder + "/apptainer") { name in
            guard name.hasSuffix(".sif") || name.hasSuffix(".json") else { return nil }
            return Digest(name.prefix { $0 != "." })
        }
    }

    private func facts() throws -> [(path: String, bytes: Int64)] {
        try unneeded(in: folder + "/facts") { Digest($0.prefix { $0 != "-" }) }
    }

    private func builds() throws -> [(path: String, bytes: Int64)] {
        let folder = folder + "/builds"
        var found: [(path: String, bytes: Int64)] = []
        for name in try names(in: folder) where Digest(name) != nil {
            let record = "\(folder)/\(name)/record.json"
            guard let bytes = try? files.read(record, limit: 1 << 20),
                let known = try? Value(json: bytes[...]).decode(BuildRecord.self), !needed.contains(known.image.id),
                try isOld(record)
            else { continue }
            found.append((path: "\(folder)/\(name)", bytes: try size(of: "\(folder)/\(name)")))
        }
        return found
    }

    private func unneeded(in folder: String, id: (String) -> Digest?) throws -> [(path: String, bytes: Int64)] {
        try names(in: folder)
            .compactMap { name in
                let path = "\(folder)/\(name)"
                guard let id = id(name), !needed.contains(id), try isOld(path) else { return nil }
                return (path: path, bytes: try size(of: path))
            }
    }

    private func names(in folder: String) throws -> [String] {
        try files.exists(folder) ? files.names(in: folder) : []
    }

    private func isOld(_ path: String) throws -> Bool {
        guard let status = try files.status(path) else { return false }
        return status.changed / 1_000_000 < young.milliseconds
    }

    private func size(of path: String) throws -> Int64 {
        guard let status = try files.status(path) else { return 0 }
        guard status.kind == .folder else { return status.bytes }
        return try files.names(in: path).reduce(0) { try $0 + size(of: "\(path)/\($1)") }
    }
}

extension Laboratory {
    /// Adds to the report what is remembered of images that nothing needs, and removes it unless `dryRun`.
    func collectImages(into report: inout GarbageReport, of store: Store, dryRun: Bool, youth: Duration) throws {
        let gone = Set(report.snapshots.map(\.id))
        var needed = Set(try store.snapshots().filter { !gone.contains($0.id) }.flatMap(\.manifest.imageIDs))
        needed.formUnion(try DataLock(in: folder, files: world.files).images.values.map(\.id))
        needed.formUnion(try shelf(store).kept().map(\.image.id))
        let garbage = ImageGarbage(
            folder: store.folder.root + "/images",
            files: world.files,
            needed: needed,
            young: world.wallClock.now().advanced(by: .zero - youth)
        )
        for (path, bytes) in try garbage.found() {
            if !dryRun { try world.files.remove(path) }
            report.images.append(relativePath(path, from: store.folder.root))
            report.bytes += bytes
        }
    }
}
