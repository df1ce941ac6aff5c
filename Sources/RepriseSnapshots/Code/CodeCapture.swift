import RepriseModel
import RepriseSystem

/// How far a capture is: files done, files in all.
package typealias CaptureProgress = @Sendable (Int, Int) -> Void

/// Captures one project's code, exactly as it lies in its folder, into the store's repository.
///
/// Captured is what git tracks, what changed, and what is new and not ignored; a repository inside (a submodule, too)
/// by its files. Kept are contents, names, symbolic links, empty folders, and of the permissions the one that git
/// keeps: whether the owner may execute. Never captured: `.git`, `.reprise`.
///
/// The store keeps an index for each project, so that only what changed since the last capture is read. Captures of
/// the same project wait for each other.
package struct CodeCapture: Sendable {
    let repository: SnapshotRepository
    let project: ProjectFolder
    let rules: CodeRules
    /// The store's folder, left out wherever it lies.
    let store: String
    /// From how many new files on they are written as a pack.
    var packFrom = 400

    var files: any FileSystem { repository.files }
    var trees: any FileTree { repository.trees }
    var rootBytes: PathBytes { Array((project.root == "/" ? "/" : project.root + "/").utf8) }

    package init(repository: SnapshotRepository, project: ProjectFolder, rules: CodeRules, store: String) {
        self.repository = repository
        self.project = project
        self.rules = rules
        self.store = store
    }

    /// The code as it is now. Throws `CodeRefused` before anything is written.
    package func capture(progress: CaptureProgress = { _, _ in }, now: Timestamp) async throws -> CapturedCode {
        try await repository.prepare()
        let place = CapturePlace(repository: repository, root: project.root)
        try files.makeFolder(place.folder)
        return try await trees.locked(place.lock) {
            // Whoever holds the lock is alone, so that this was left by a git that was killed.
            try files.remove(place.index + ".lock")
            var memory = place.read(files)
            let before = try Value(encoding: memory)
            let (tree, folders) = try await captureTree(&memory, place, now: now, progress: progress)
            let (commit, isDirty) = try await standing(of: tree, memory)
            if try Value(encoding: memory) != before { try place.write(memory, files) }
            return CapturedCode(
                tree: CodeTree(tree: tree, emptyFolders: folders, folder: project.folder),
                projectCommit: commit,
                historyCommit: memory.history == commit ? commit : nil,
                isDirty: isDirty
            )
        }
    }

    /// Forgets a half-seen state where a file is refused, so that the next capture looks at everything that matters again.
    private func captureTree(
        _ memory: inout CaptureMemory,
        _ place: CapturePlace,
        now: Timestamp,
        progress: CaptureProgress
    ) async throws -> (tree: String, emptyFolders: [String]) {
        do {
            let findings = try await look(&memory, place, now: now)
            return try await enter(findings, &memory, place, now: now, progress: progress)
        } catch {
            memory.projectStamp = nil
            memory.rules = nil
            try place.write(memory, files)
            throw error
        }
    }

    private func look(_ memory: inout CaptureMemory, _ place: CapturePlace, now: Timestamp) async throws -> CodeFindings
    {
        var (ignore, listing) = try await readable(&memory, place, now: now)
        while let found = try newIgnoreFiles(in: listing, memory) {
            memory.ignoreFiles = found
            ignore = try ignoreRules(memory, place)
            listing = try await changes(ignore, place, nested: &memory.nested)
        }
        // A repository that was found just now brings rules of its own.
        ignore = try ignoreRules(memory, place)
        let hasAsked = try await findForced(&memory, ignore)
        let forced = try await forcedPaths(memory, includingTracked: hasAsked, place)
        var leaving: Set<PathBytes> = []
        if hasAsked || listing.paths.contains(where: isIgnoreFile) {
            leaving = Set(try await ignoredInIndex(ignore, place))
            if !leaving.isEmpty { leaving.subtract(try await forcedEntries(memory, place)) }
        }
        let known = Set(listing.paths)
        let paths = listing.paths.filter { !leaving.contains($0) } + forced.filter { !known.contains($0) }
        return CodeFindings(ignore: ignore, folders: listing.folders, changes: try await scan(paths), leaving: leaving)
    }

    /// The first look. An index that git cannot read (power was lost while it was written) is made anew.
    private func readable(
        _ memory: inout CaptureMemory,
        _ place: CapturePlace,
        now: Timestamp
    ) async throws -> (IgnoreRules, CodeListing) {
        let ignore = try ignoreRules(memory, place)
        do {
            try await refreshIndex(&memory, place, now: now)
            return (ignore, try await changes(ignore, place, nested: &memory.nested))
        } catch is ProgramFailed {
            try files.remove(place.index)
            memory = CaptureMemory()
            let ignore = try ignoreRules(memory, place)
            return (ignore, try await changes(ignore, place, nested: &memory.nested))
        }
    }

    private func enter(
        _ found: CodeFindings,
        _ memory: inout CaptureMemory,
        _ place: CapturePlace,
        now: Timestamp,
        progress: CaptureProgress
    ) async throws -> (tree: String, emptyFolders: [String]) {
        // First, because the files that the project's git has already are found there and not written again.
        try await fetchHistory(&memory, place)
        memory.rules = found.ignore.digest
        // A tracked file that is gone may come back without any sign of it, being ignored: ask again next time.
        let gone = Set(found.changes.removed.map { pathText($0) })
        if !gone.isDisjoint(with: memory.trackedIgnored) { memory.projectStamp = nil }
        if !found.leaving.isEmpty { try await forget(Array(found.leaving), place) }
        if let tree = memory.tree, found.changes.isEmpty, memory.indexStamp == (try stamp(of: place.index, files)) {
            return (tree, emptyFolders(among: found.folders))
        }
        let tree = try await write(found.changes, place, progress: progress)
        memory.tree = tree
        memory.indexStamp = try stamp(of: place.index, files)
        memory.writtenAt = now.milliseconds
        let folders =
            found.changesFolders ? try await list(["-o", "--directory"], found.ignore, place).folders : found.folders
        return (tree, emptyFolders(among: folders))
    }

    /// `.repriseignore` files below the root, where the listing shows that others are there now.
    private func newIgnoreFiles(in listing: CodeListing, _ memory: CaptureMemory) throws -> [String]? {
        let suffix = Array("/.repriseignore".utf8)
        let listed = listing.paths.filter { $0.suffix(suffix.count).elementsEqual(suffix) }.map { pathText($0) }
        let all = Set(memory.ignoreFiles + listed)
            .filter { (try? files.status(project.root + "/" + $0))?.kind == .file }
        return all == Set(memory.ignoreFiles) ? nil : all.sorted()
    }

    private func isIgnoreFile(_ path: PathBytes) -> Bool {
        let name = path.split(separator: 0x2F).last ?? []
        return name.elementsEqual(".gitignore".utf8) || name.elementsEqual(".repriseignore".utf8)
    }

    /// A file that was written in the second in which the index was cannot be told from a changed one by its times; git
    /// reads it at every look until the index is newer. One refresh a while later ends that.
    private func refreshIndex(_ memory: inout CaptureMemory, _ place: CapturePlace, now: Timestamp) async throws {
        guard let written = memory.writtenAt, now.milliseconds - written > 2000,
            let index = try files.status(place.index)
        else { return }
        memory.writtenAt = nil
        guard index.bytes > 100_000 else { return }
        let isKnown = memory.indexStamp == (try stamp(of: place.index, files))
        _ = try await repository.run(
            ["update-index", "-q", "--refresh"],
            index: place.index,
            tree: project.root,
            isTolerant: true
        )
        if isKnown { memory.indexStamp = try stamp(of: place.index, files) }
    }
}

/// The code of one moment.
package struct CapturedCode: Hashable, Sendable {
    package var tree: CodeTree
    /// The project's own commit; nil where there is none.
    package var projectCommit: String?
    /// The same, where the store's repository has it with all its history.
    package var historyCommit: String?
    /// Whether the tree differs from that commit's.
    package var isDirty: Bool
}

/// What a look at the project found out.
private struct CodeFindings {
    var ignore: IgnoreRules
    var folders: [PathBytes]
    var changes: CodeChanges
    /// Entries of the index that the rules leave out now.
    var leaving: Set<PathBytes>

    /// Whether other folders may be empty afterwards than were before.
    var changesFolders: Bool {
        !changes.removed.isEmpty || !leaving.isEmpty || (!folders.isEmpty && !changes.kept.isEmpty)
    }
}
