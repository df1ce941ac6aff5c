import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Freezes the experiment's code, data and environment without running anything.
    ///
    /// A name that another snapshot has is refused, and nothing is kept. Without a name, one is made of the site's initials, the project, the day and two words.
    public func snapshotCreate(
        file: String,
        name: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> SnapshotRecord {
        if let name { try checkSnapshotName(name) }
        let plan = try await plan(RunOptions(file: file, settings: settings, confirmed: true))
        guard var part = plan.plans.first else {
            throw Mistake("`\(file)` holds no experiment", code: "no-experiment")
        }
        let store = try store(makingIn: home(of: plan))
        // The images of one variant make one snapshot; a sweep over images makes several when it is run.
        part.variants = Array(part.variants.prefix(1))
        var freezing = try freezing(plan, in: store, check: nil, progress: progress)
        freezing.name = name
        guard var record = try await freezing.freeze(part).variants.first?.snapshot else {
            throw Mistake("`\(file)` holds no experiment", code: "no-experiment")
        }
        if let kept = try store.snapshot(record.id), kept.name != nil { return kept }
        record.name = try freshName(for: part.project, site: plan.site.settings.initials, in: store)
        try store.save(record)
        return try store.snapshot(record.id) ?? record
    }

    private func checkSnapshotName(_ name: String) throws {
        guard
            name.isEmpty || name.count > 250 || name.contains(where: \.isNewline) || name.first?.isWhitespace == true
                || name.last?.isWhitespace == true
        else {
            return
        }
        throw Mistake(
            "a snapshot cannot be named `\(name.prefix(60))`",
            why: "a name is one line of 1 to 250 characters, without spaces at either end",
            fix: "choose another name, or leave `--name` out to have one made",
            code: "wrong-name"
        )
    }

    private func freshName(for project: String, site initials: String?, in store: Store) throws -> String {
        var generator = EntropyGenerator(world.entropy)
        let taken = Set(try store.snapshots().compactMap(\.name))
        for _ in 0..<100 {
            let now = world.wallClock.now()
            let name = snapshotName(initials: initials ?? "me", project: project, at: now, using: &generator)
            if !taken.contains(name) { return name }
        }
        throw Mistake("every nickname of today is taken", fix: "give one with `--name`", code: "name-taken")
    }

    /// Every snapshot, newest first.
    public func snapshots() throws -> [SnapshotRecord] { try store().snapshots() }

    /// The snapshot that a person means: an id, a name, or a unique prefix of either.
    public func snapshot(_ selector: String) throws -> SnapshotRecord { try store().resolveSnapshot(selector) }

    /// What is wrong with a kept snapshot; empty where every object is there and hashes to its name.
    public func snapshotVerify(_ selector: String) async throws -> [String] {
        let store = try store()
        return try await world.snapshotMaker(store.folder).verify(store.resolveSnapshot(selector))
    }

    /// Writes the snapshot's code into a folder that does not exist yet or is empty.
    public func snapshotRestore(_ selector: String, to folder: String) async throws {
        let store = try store()
        try await world.snapshotMaker(store.folder).restore(store.resolveSnapshot(selector), to: absolute(folder))
    }

    /// Writes the snapshot as one `.tar.gz` with its manifest.
    public func snapshotExport(_ selector: String, to file: String) async throws {
        let store = try store()
        try await world.snapshotMaker(store.folder)
            .export(store.resolveSnapshot(selector), to: absolute(file), as: file)
    }

    /// What differs between two snapshots: files, data, environment.
    package func snapshotCompare(_ left: String, _ right: String) async throws -> SnapshotComparison {
        let store = try store()
        let (one, other) = try (store.resolveSnapshot(left), store.resolveSnapshot(right))
        return try await world.snapshotMaker(store.folder).compare(one.manifest, other.manifest)
    }
}
