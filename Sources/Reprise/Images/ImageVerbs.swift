import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Every image that runs, snapshots and the lock of this folder refer to, and what is kept. `checking` asks registries
    /// whether references mean other images by now.
    public func images(checking: Bool = false) async throws -> [ImageReport] {
        let known = try knownImages()
        let engines = await workingEngines()
        var reports: [ImageReport] = []
        for image in known.images.values {
            var report = ImageReport(image, engines: await holders(of: image.image, among: engines))
            if checking { report.moved = await moved(image, among: engines) }
            reports.append(report)
        }
        return reports
    }

    /// One image, by a reference, its id, or the beginning of its id.
    public func image(_ name: String) async throws -> ImageReport {
        let known = try knownImages().named(name)
        return ImageReport(known, engines: await holders(of: known.image, among: await workingEngines()))
    }

    /// Puts the image into the store as a file, so that neither a registry nor an engine's cleaning can take it away.
    /// Takes what `image(_:)` takes, and any reference that can be fetched.
    public func keepImage(
        _ name: String,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> ImageReport {
        let store = try store(makingIn: folder)
        var image: ImageIdentity
        do {
            image = try knownImages().named(name).image
        } catch let unknown as Mistake where unknown.code == "unknown-image" && !isIdentifier(name) {
            image = try await pull(name, from: folder, update: false, store, progress: progress).image
        }
        if image.reference.isEmpty { image.reference = name }
        let engine = try await holder(of: image, in: store, progress)
        let reference = image.reference
        let kept = try await shelf(store).keep(image, from: engine) { progress(.image(reference, $0)) }
        progress(.imageReady(reference))
        var known = try knownImages().images[image.id] ?? KnownImages.Known(image: image)
        known.kept = kept
        return ImageReport(known, engines: [engine.kind])
    }

    /// Removes the file by which the store keeps the image. Engines and registries are left alone. Returns the bytes that
    /// are free again.
    public func releaseImage(_ name: String) throws -> (image: ImageIdentity, bytes: Int64) {
        let known = try knownImages().named(name)
        guard let kept = known.kept else {
            throw Mistake(
                "the image `\(name)` is not kept",
                why: "`reprise image release` undoes `reprise image keep`, and removes nothing else",
                fix: "`reprise image list` shows those that are",
                code: "image-not-kept"
            )
        }
        try shelf(store()).release(known.image.id)
        return (known.image, kept.bytes)
    }

    /// What `image(_:)` takes, without asking any engine.
    public func imageNames() throws -> [String] {
        try knownImages().images.values.flatMap { Array($0.references) + [$0.image.id.short] }
    }

    func knownImages() throws -> KnownImages {
        let store: Store? = try storeFolder(near: folder) == nil ? nil : store()
        let kept: [KeptImage] = if let store { try shelf(store).kept() } else { [] }
        return try KnownImages(in: store, kept: kept, lock: DataLock(in: folder, files: world.files))
    }

    /// Sixty-four digits, or some of them: no reference that a registry could know.
    private func isIdentifier(_ name: String) -> Bool {
        name.hasPrefix("sha256:") || name.count >= 12 && name.allSatisfy(\.isHexDigit)
    }

    // MARK: Engines

    private func workingEngines() async -> [any ContainerEngine] {
        let search = engineExamination.search
        var engines: [any ContainerEngine] = []
        for kind in EngineKind.allCases {
            // One that does not work has nothing to offer; `reprise doctor` tells why.
            if let found = try? await search.firstWorking([kind]) { engines.append(found.engine) }
        }
        return engines
    }

    private func holders(of image: ImageIdentity, among engines: [any ContainerEngine]) async -> [EngineKind] {
        var kinds: [EngineKind] = []
        for engine in engines where image.format == .oci || engine.kind == .apptainer {
            if await engine.holds(image.id) { kinds.append(engine.kind) }
        }
        return kinds
    }

    private func moved(_ known: KnownImages.Known, among engines: [any ContainerEngine]) async -> ImageIdentity? {
        guard let store = try? store(), known.image.recipe == nil,
            let engine = engines.first(where: { known.image.format == .oci || $0.kind == .apptainer })
        else { return nil }
        for reference in known.pins + known.references.filter({ !known.pins.contains($0) }) {
            let now = await shelf(store).moved(reference, from: folder, pinned: known.image, on: engine)
            if let now { return now }
        }
        return nil
    }

    /// An engine that has the image: one that has it already, else the target's own once it has fetched it.
    private func holder(
        of image: ImageIdentity,
        in store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> any ContainerEngine {
        for engine in await workingEngines() where image.format == engine.kind.format {
            if await engine.holds(image.id) { return engine }
        }
        let engine = try await engine(for: site().settings(for: nil), format: image.format, in: store)().engine
        _ = try await shelf(store).ensure(image, on: engine) { progress(.image(image.reference, $0)) }
        return engine
    }
}
