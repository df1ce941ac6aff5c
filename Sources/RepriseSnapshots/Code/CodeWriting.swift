import RepriseModel
import RepriseSystem

extension CodeCapture {
    /// Brings index and repository up to date and names the tree. Durable when it returns.
    func write(_ changes: CodeChanges, _ place: CapturePlace, progress: CaptureProgress) async throws -> String {
        if !changes.isEmpty {
            if changes.kept.count > packFrom { try await pack(changes.kept, progress: progress) }
            var input: [UInt8] = []
            input.reserveCapacity(changes.kept.reduce(0) { $0 + $1.count + 1 })
            // What leaves comes first, so that a file can take the place of a folder and the other way round.
            for path in changes.removed + changes.kept { input += path + [0] }
            _ = try await repository.run(
                ["update-index", "-q", "--refresh", "--add", "--remove", "--replace", "-z", "--stdin"],
                index: place.index,
                tree: project.root,
                input: input
            )
        }
        let result = try await repository.run(["write-tree"], index: place.index, tree: project.root)
        return String(decoding: result.output.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Takes files out of the index whether or not they lie in the folder.
    func forget(_ paths: [PathBytes], _ place: CapturePlace) async throws {
        var input: [UInt8] = []
        for path in paths { input += path + [0] }
        _ = try await repository.run(
            ["update-index", "--force-remove", "-z", "--stdin"],
            index: place.index,
            tree: project.root,
            input: input
        )
    }

    /// Writes the contents of many files as packs of at most 64 MiB of input, where git alone would write a file for each.
    ///
    /// Only a head start: git reads every file again when it enters it into the index, and finds its content there. A
    /// file that changed in between is written then.
    private func pack(_ paths: [PathBytes], progress: CaptureProgress) async throws {
        var input: [UInt8] = []
        for (index, path) in paths.enumerated() {
            let full = rootBytes + path
            guard let status = try trees.status(full, followingLinks: false), status.kind == .file,
                status.bytes <= 16 << 20
            else { continue }
            if input.count + Int(status.bytes) > 64 << 20 {
                try await importBlobs(input)
                progress(index, paths.count)
                input.removeAll(keepingCapacity: true)
            }
            let content = try trees.start(of: full, limit: Int(status.bytes))
            input += Array("blob\ndata \(content.count)\n".utf8)
            input += content
            input.append(0x0A)
        }
        try await importBlobs(input)
        progress(paths.count, paths.count)
    }

    private func importBlobs(_ blobs: [UInt8]) async throws {
        guard !blobs.isEmpty else { return }
        _ = try await repository.run(
            ["-c", "pack.compression=1", "fast-import", "--quiet", "--done", "--depth=0"],
            input: blobs + Array("done\n".utf8)
        )
    }
}
