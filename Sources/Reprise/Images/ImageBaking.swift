import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// An image that was made here.
public struct MadeImage: Hashable, Sendable, Codable {
    public var image: ImageIdentity
    /// What the engine calls it: a name, or the path of a `.sif` file.
    public var name: String
    /// The snapshot whose code is in it; nil for an environment without code.
    public var snapshot: Digest?
    /// What its recipe begins with and copies from, by the reference there.
    public var bases: [String: ImageIdentity]
    /// False where it was there already.
    public var isNew: Bool
    /// What a person should know of it.
    public var notes: [String]
    /// Path of all that the engine said while it was built.
    public var log: String
}

extension Laboratory {
    /// Puts the code of a snapshot into an image, on top of the one that the snapshot is executed in.
    ///
    /// `step` names the step whose image is meant, where they differ. The image is called
    /// `localhost/reprise/<project>:<snapshot>` beside a name that is given.
    public func imageBake(
        snapshot selector: String,
        step: String? = nil,
        name: String? = nil,
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> MadeImage {
        let store = try store()
        let record = try store.resolveSnapshot(selector)
        let base = try image(of: record, step: step, selector: selector, in: store)
        let place = try site(overrides: settings, target: target).settings(for: nil)
        let engine = try await engine(for: place, format: base.format, in: store)().engine
        let code = record.manifest.code
        let checkout = try await world.snapshotMaker(store.folder).checkouts.checkout(of: code)
        let order = BakeOrder(
            snapshot: record.id,
            code: checkout.path,
            folder: code.folder,
            base: base,
            labels: labels(of: record)
        )
        let built = try await imageBuilder(store).bake(order, on: engine) { progress(.image("snapshot", $0)) }
        progress(.imageReady("snapshot"))
        let names = ["localhost/reprise/\(imageName(record.project)):\(record.id.short)"] + (name.map { [$0] } ?? [])
        var local = try await engine.find("sha256:\(built.image.id)")
        if engine.kind != .apptainer, let found = local {
            for name in names { try await engine.tag(found, as: name) }
            local?.name = names.last ?? found.name
        }
        return MadeImage(
            image: built.image,
            name: local?.name ?? "sha256:\(built.image.id)",
            snapshot: record.id,
            bases: built.bases,
            isNew: built.isNew,
            notes: built.notes,
            log: built.log
        )
    }

    func imageBuilder(_ store: Store) -> ImageBuilder {
        ImageBuilder(
            folder: store.folder.root + "/images/builds",
            supply: shelf(store),
            files: world.files,
            trees: LiveFileTree(),
            clock: world.wallClock
        )
    }

    private func labels(of record: SnapshotRecord) -> [String: String] {
        var labels = [
            "org.reprise.snapshot": record.id.description,
            "org.opencontainers.image.title": record.project,
            "org.opencontainers.image.version": record.id.short,
        ]
        labels["org.opencontainers.image.revision"] = record.projectCommit
        labels["org.reprise.code"] = record.manifest.code.tree
        return labels
    }

    /// The image in which runs of the snapshot were executed.
    private func image(
        of record: SnapshotRecord,
        step: String?,
        selector: String,
        in store: Store
    ) throws -> ImageIdentity {
        let rows = try store.runs(matching: RunFilter(snapshot: record.id, deleted: .included), limit: 1)
        let steps = try rows.first.map { try store.request($0.id).steps } ?? []
        let names = steps.compactMap(\.name)
        if let step, !names.contains(step) {
            throw Mistake(
                "no run of snapshot `\(selector)` has a step `\(step)`",
                why: names.isEmpty ? nil : "there are " + names.map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: step, among: names).map { "did you mean `\($0)`?" },
                code: "unknown-step"
            )
        }
        let images = steps.filter { step == nil || $0.name == step }.compactMap { $0.environment?.image }
        if Set(images.map(\.id)).count > 1 {
            throw Mistake(
                "the steps of snapshot `\(selector)` are executed in different images",
                fix: "name one step: `--step \(names.first ?? "NAME")`",
                code: "several-images"
            )
        }
        if let image = images.first { return image }
        if case .string(let text)? = record.manifest.environment.facts["image"], let id = Digest(text) {
            return ImageIdentity(id: id, reference: "sha256:\(id)")
        }
        throw Mistake(
            "snapshot `\(selector)` is executed on the machine itself: there is no image to build on",
            fix:
                "name one in the experiment (`environment: {image: python:3.12-slim}`), run it, and bake that snapshot",
            code: "no-image"
        )
    }
}

/// The text as a registry takes it for a part of a name.
func imageName(_ text: String) -> String {
    var name = ""
    for character in text.lowercased() {
        let isPlain = character.isASCII && (character.isLetter || character.isNumber)
        if isPlain {
            name.append(character)
        } else if let last = name.last, last != "-" {
            name.append("-")
        }
    }
    while name.last == "-" { name.removeLast() }
    return name.isEmpty ? "project" : name
}
