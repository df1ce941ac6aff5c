import RepriseModel
import RepriseSystem

/// What differs from the index: paths below the root.
struct CodeListing {
    /// New or changed, or gone: who looks at them sees which.
    var paths: [PathBytes] = []
    /// Folders without anything that the index knows.
    var folders: [PathBytes] = []
}

extension CodeCapture {
    /// Everything that is new or differs from the index.
    ///
    /// One pass over the tree where nothing is new. A folder that is new as a whole comes back from git as one name; its
    /// files are asked for in a second pass. git stops at a repository inside; an entry in the index below it (an anchor,
    /// which no file ever has) makes git walk it as it does any folder.
    func changes(_ ignore: IgnoreRules, _ place: CapturePlace, nested: inout [String]) async throws -> CodeListing {
        while true {
            var listing = try await list(["-o", "-m", "--directory"], ignore, place)
            // A folder where the index has a file counts for git as that file, changed.
            listing.folders += try listing.paths.filter {
                try trees.status(rootBytes + $0, followingLinks: false)?.kind == .folder
            }
            var inner = try listing.folders.filter(isRepository)
            let open = listing.folders.filter { !inner.contains($0) }.filter(holdsFiles)
            if !open.isEmpty {
                let texts = open.compactMap { String(validating: $0, as: UTF8.self) }
                let isBounded = texts.count == open.count && texts.count <= 200
                let more = try await list(["-o"], ignore, place, below: isBounded ? texts : [])
                inner += try more.folders.filter(isRepository).filter { !inner.contains($0) }
                let known = Set(listing.paths)
                listing.paths += more.paths.filter { !known.contains($0) }
            }
            if inner.isEmpty { return listing }
            try await anchor(inner, place)
            nested = Set(nested + inner.map { pathText($0) }).sorted()
        }
    }

    /// Folders that hold nothing, below which git found nothing either. Sorted.
    func emptyFolders(among folders: [PathBytes]) -> [String] {
        var empty: [String] = []
        for folder in folders {
            let path = rootBytes + folder
            // A folder that cannot be read is not known to be empty.
            guard let entries = try? trees.walk(path, followingLinks: false, enters: { !isOwn($0) }) else { continue }
            let kept = entries.filter { !isOwn($0.path) }
            guard kept.allSatisfy({ $0.status.kind == .folder }) else { continue }
            let parents = Set(kept.map { Array($0.path.split(separator: 0x2F).dropLast().joined(separator: [0x2F])) })
            if kept.isEmpty { empty.append(pathText(folder)) }
            for entry in kept where !parents.contains(entry.path) {
                empty.append(pathText(folder + [0x2F] + entry.path))
            }
        }
        return empty.sorted()
    }

    /// The files that are in the index although the rules leave them out.
    func ignoredInIndex(_ ignore: IgnoreRules, _ place: CapturePlace) async throws -> [PathBytes] {
        try await list(["-c", "-i"], ignore, place).paths
    }

    func list(
        _ what: [String],
        _ ignore: IgnoreRules,
        _ place: CapturePlace,
        below: [String] = []
    ) async throws -> CodeListing {
        let arguments = ["ls-files", "-z"] + what + ignore.arguments + (below.isEmpty ? [] : ["--"] + below)
        let result = try await repository.run(arguments, index: place.index, tree: project.root)
        // git leaves out a folder that it may not read, and only warns.
        guard result.errors.isEmpty else { throw CodeUnreadable(message: result.errorText) }
        return parse(result.output)
    }

    func parse(_ output: [UInt8]) -> CodeListing {
        var listing = CodeListing()
        for name in output.split(separator: 0) {
            if name.last == 0x2F {
                listing.folders.append(Array(name.dropLast()))
            } else {
                listing.paths.append(Array(name))
            }
        }
        return listing
    }

    private func isRepository(_ folder: PathBytes) throws -> Bool {
        try trees.status(rootBytes + folder + Array("/.git".utf8), followingLinks: false) != nil
    }

    private func holdsFiles(_ folder: PathBytes) -> Bool {
        // What cannot be walked here is left to git, which says why.
        guard let entries = try? trees.walk(rootBytes + folder, followingLinks: false, enters: { _ in true }) else {
            return true
        }
        return entries.contains { $0.status.kind != .folder }
    }

    private func isOwn(_ path: PathBytes) -> Bool {
        let name = path.split(separator: 0x2F).last ?? []
        return name.elementsEqual(".git".utf8) || name.elementsEqual(".reprise".utf8)
    }

    private func anchor(_ folders: [PathBytes], _ place: CapturePlace) async throws {
        var input: [UInt8] = []
        for folder in folders {
            input += Array("100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t".utf8) + folder + anchorName + [0]
        }
        _ = try await repository.run(
            ["update-index", "-z", "--index-info"],
            index: place.index,
            tree: project.root,
            input: input
        )
    }
}

let anchorName = Array("/.reprise-anchor".utf8)
