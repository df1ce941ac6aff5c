import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTracking

/// One import under way, a project after the other.
struct HistoryImport {
    let source: any HistorySource
    let artifacts: any ArtifactSource
    /// Nil where nothing is to be kept.
    let store: Store?
    let options: ImportOptions
    let tell: @Sendable (ImportReport) -> Void
    private(set) var report = ImportReport()

    init(
        source: any HistorySource,
        artifacts: any ArtifactSource,
        store: Store?,
        options: ImportOptions,
        tell: @escaping @Sendable (ImportReport) -> Void
    ) {
        self.source = source
        self.artifacts = artifacts
        self.store = store
        self.options = options
        self.tell = tell
    }

    mutating func run() async throws {
        let projects = try chosen(read(try await source.projects()).items)
        report.projects = projects.count
        report.totalRuns = try await source.runCount(of: projects)
        for project in projects {
            report.current = project.name
            try await take(project)
        }
        report.current = nil
        try await takeRegistry()
        tell(report)
    }

    private func chosen(_ projects: [HistoryProject]) throws -> [HistoryProject] {
        if options.projects.isEmpty { return projects }
        let names = projects.map(\.name)
        for name in options.projects where !names.contains(name) {
            throw Mistake(
                "`\(source.place)` has no experiment `\(name)`",
                why: names.count > 12
                    ? "it has \(names.count)" : "it has " + names.map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: name, among: names).map { "did you mean `\($0)`?" },
                code: "unknown-project"
            )
        }
        return projects.filter { options.projects.contains($0.name) }
    }

    private mutating func take(_ project: HistoryProject) async throws {
        if let store, try await store.take(project) { report.newProjects += 1 }
        var mark: String?
        repeat {
            let page = read(try await source.runs(of: project, after: mark))
            for run in page.items {
                try Task.checkCancellation()
                try await take(run, of: project)
                report.runs += 1
                tell(report)
            }
            mark = page.next
        } while mark != nil
        repeat {
            let page = read(try await source.models(of: project, after: mark))
            for model in page.items { try await take(model, of: project) }
            mark = page.next
        } while mark != nil
    }

    /// The page, after what could not be read of it is in the report.
    private mutating func read<Item>(_ page: HistoryPage<Item>) -> HistoryPage<Item> {
        for fault in page.faults { report.leaveOut(fault) }
        return page
    }

    private mutating func take(_ history: HistoryRun, of project: HistoryProject) async throws {
        guard let store else { return }
        let run = try imported(history, project)
        switch try await store.take(run) {
        case .new: report.newRuns += 1
        case .changed: report.changedRuns += 1
        case .same: break
        case .foreign:
            report.leaveOut("run `\(history.id)` was left out: a run of that id is here already, and was not imported")
            return
        }
        try await takePoints(of: run, into: store)
        if options.withArtifacts { try await takeFiles(of: run, into: store) }
    }

    /// A run keeps its id where that is one of ours; else the id follows from it, and the original stands in a tag.
    private func imported(_ history: HistoryRun, _ project: HistoryProject) throws -> ImportedRun {
        var history = history
        if let id = RunID(history.id) { return ImportedRun(id: id, project: project.name, history: history) }
        let digest = SHA256Hasher.digest(of: "mlflow run \(history.id)".utf8).description
        history.tags["reprise.import.id"] = history.id
        // A digest is longer than an id, and hexadecimal as one.
        guard let id = RunID(String(digest.suffix(32))) else {
            throw Mistake("a digest is no run id", code: "digest", fault: .bug)
        }
        return ImportedRun(id: id, project: project.name, history: history)
    }

    private mutating func takePoints(of run: ImportedRun, into store: Store) async throws {
        let history = run.history
        let mark = SHA256Hasher.digest(of: history.pointMark.utf8)
        let position = try store.positions(of: run.id)[HistoryImport.position] ?? IngestPosition()
        if !history.pointMark.isEmpty, position.mark == mark { return }
        var known = KnownPoints(store: store, run: run.id)
        var next: String?
        repeat {
            try Task.checkCancellation()
            let page = read(try await source.points(of: history, after: next))
            let columns = try page.items.map { try known.new(in: $0) }.filter { !$0.points.isEmpty }
            if !columns.isEmpty {
                try store.ingest([IngestBatch(run: run.id, time: store.clock.now(), columns: columns)])
                report.points += columns.reduce(0) { $0 + Int64($1.points.count) }
                tell(report)
            }
            next = page.next
        } while next != nil
        var done = position
        done.mark = mark
        if done != position {
            let advance = IngestAdvance(source: HistoryImport.position, from: position, to: done)
            try store.ingest([IngestBatch(run: run.id, time: store.clock.now(), advance: advance)])
        }
    }

    /// Under which name the store remembers that the points of a run are all there.
    private static let position = "import"
}

extension HistoryImport {
    private mutating func takeFiles(of run: ImportedRun, into store: Store) async throws {
        guard let root = run.history.artifacts else { return }
        let known = try store.outputs(run.id).reduce(into: [:]) { $0[$1.path] = $1.bytes }
        try await takeFiles(below: root, known: known, of: "run `\(run.history.id)`") { records in
            try store.save(records, of: run.id)
        }
    }

    private mutating func takeFiles(
        below root: String,
        known: [String: Int64],
        of owner: String,
        save: ([OutputRecord]) async throws -> Void
    ) async throws {
        guard let store else { return }
        var rest: ArraySlice<HistoryFile>
        do {
            rest = try await artifacts.files(below: root).filter { known[$0.path] != $0.bytes }[...]
        } catch let error as ArtifactsUnreachable {
            return report.leaveOut("the files of \(owner) were left out: \(error.reason)")
        }
        let folder = try LiveFileTree().makeDraft(of: store.folder.unfinished + "/import")
        // What cannot be removed now goes with the next `gc`.
        defer { try? store.files.remove(folder) }
        while !rest.isEmpty {
            try Task.checkCancellation()
            let part = Array(rest.prefix(batch(rest)))
            rest = rest.dropFirst(part.count)
            let fetched = try await artifacts.fetch(part, into: folder)
            let records = try keep(zip(part, fetched), of: owner, in: store)
            try await save(records)
            report.files += records.count
            report.bytes += records.reduce(0) { $0 + $1.bytes }
            tell(report)
        }
    }

    /// Puts what was fetched among the objects; what cannot be read is left out.
    private mutating func keep(
        _ fetched: Zip2Sequence<[HistoryFile], [FetchedFile]>,
        of owner: String,
        in store: Store
    ) throws -> [OutputRecord] {
        var found: [(file: HistoryFile, path: String)] = []
        for (file, place) in fetched {
            switch place {
            case .at(let path): found.append((file, path))
            case .failed(let reason): report.leaveOut("`\(file.path)` of \(owner) was left out: \(reason)")
            }
        }
        while true {
            do {
                let kept = try store.objects.put(found.map(\.path))
                return zip(found, kept)
                    .map { OutputRecord(path: $0.file.path, digest: $1.digest, bytes: $1.bytes, mode: 0o644) }
            } catch let error as FileError {
                // One that went away or cannot be read must not cost the others.
                guard error.reason != .diskFull, let place = found.firstIndex(where: { $0.path == error.path }) else {
                    throw error
                }
                report.leaveOut("`\(found[place].file.path)` of \(owner) was left out: \(error.message)")
                found.remove(at: place)
            }
        }
    }

    /// How many of the next files go together: many small ones, or a single large one.
    private func batch(_ files: ArraySlice<HistoryFile>) -> Int {
        var bytes: Int64 = 0
        let count = files.prefix(32)
            .prefix { file in
                bytes += file.bytes
                return bytes <= 32 << 20
            }
            .count
        return max(1, count)
    }

    private mutating func take(_ model: HistoryModel, of project: HistoryProject) async throws {
        report.models += 1
        guard let store else { return }
        let place = try await store.take(model, project: project.name)
        guard options.withArtifacts, let root = model.artifacts else { return }
        try await takeFiles(below: root, known: store.artifactSizes(below: place), of: "model `\(model.id)`") {
            records in
            try await store.saveArtifacts(records, below: place)
        }
    }

    /// The registry knows no projects: it comes with the whole, and not with a part.
    private mutating func takeRegistry() async throws {
        guard options.projects.isEmpty else { return }
        var mark: String?
        repeat {
            let page = read(try await source.registeredModels(after: mark))
            for model in page.items {
                report.registeredModels += 1
                try await store?.take(model)
            }
            mark = page.next
        } while mark != nil
    }
}
