import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// The images that anything here refers to: runs, snapshots with a name, the lock of a folder, and what is kept.
struct KnownImages: Sendable {
    struct Known: Hashable, Sendable {
        var image: ImageIdentity
        /// What people called it, each once.
        var references: OrderedSet<String> = []
        /// Of all runs that are not gone for good, how many it executes steps of; the newest few by name.
        var runs = 0
        var newestRuns: [RunID] = []
        /// The references by which the folder's lock pins it.
        var pins: [String] = []
        var kept: KeptImage?
    }

    private(set) var images: OrderedDictionary<Digest, Known> = [:]

    private mutating func change(_ image: ImageIdentity, _ body: (inout Known) -> Void) {
        var known = images[image.id] ?? Known(image: image)
        // Whoever knows a registry knows more than others.
        if known.image.repository == nil, image.repository != nil { known.image = image }
        if !image.reference.isEmpty { known.references.append(image.reference) }
        body(&known)
        images[image.id] = known
    }
}

extension KnownImages {
    /// Pins come first, then what runs use, the newest first, then what is only kept.
    init(in store: Store?, kept: [KeptImage], lock: DataLock) throws {
        for (reference, image) in lock.images.sorted(by: { $0.key < $1.key }) {
            change(image) { known in
                known.references.append(reference)
                known.pins.append(reference)
            }
        }
        if let store { try addRuns(of: store) }
        for kept in kept { change(kept.image) { $0.kept = kept } }
    }

    /// The runs of one snapshot have the same images, so that one request tells for all of them.
    private mutating func addRuns(of store: Store) throws {
        let snapshots = try store.snapshots().filter { !$0.manifest.imageIDs.isEmpty }
        guard !snapshots.isEmpty else { return }
        for snapshot in snapshots {
            let filter = RunFilter(snapshot: snapshot.id, deleted: .included, isLaunched: true)
            let runs = try store.runs(matching: filter, including: []).map(\.id)
            var images = OrderedSet<ImageIdentity>()
            if let first = runs.first {
                images = OrderedSet(try store.request(first).steps.compactMap(\.environment?.image))
            }
            for image in images {
                change(image) { known in
                    known.runs += runs.count
                    known.newestRuns += runs.prefix(max(0, 10 - known.newestRuns.count))
                }
            }
            for id in snapshot.manifest.imageIDs where self.images[id] == nil {
                // Nobody ran it; its name is forgotten, and it is needed all the same.
                change(ImageIdentity(id: id, reference: "")) { _ in }
            }
        }
    }

    /// The image that a person means: by a reference, or by its id or the beginning of it.
    func named(_ name: String) throws -> Known {
        let byReference = images.values.filter { $0.references.contains(name) }
        if let pinned = byReference.first(where: { $0.pins.contains(name) }) { return pinned }
        if byReference.count == 1 { return byReference[0] }
        let digits = name.hasPrefix("sha256:") ? name.dropFirst(7) : name[...]
        let byID = digits.count >= 4 ? images.values.filter { $0.image.id.description.hasPrefix(digits) } : []
        if byReference.isEmpty, byID.count == 1 { return byID[0] }
        let found = byReference.isEmpty ? byID : byReference
        guard found.isEmpty else {
            throw Mistake(
                "`\(name)` means \(found.count) images here",
                why: found.map { "\($0.image.id.short) \($0.references.first ?? "")" }.joined(separator: "\n       "),
                fix: "name one by its id",
                code: "ambiguous-image"
            )
        }
        let names = images.values.flatMap { Array($0.references) }
        throw Mistake(
            "nothing here uses an image `\(name)`",
            fix: nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
                ?? "`reprise image list` shows those that runs, `reprise.lock` and the store know",
            code: "unknown-image"
        )
    }
}

extension SnapshotManifest {
    /// The images that steps are executed in, by content.
    var imageIDs: [Digest] {
        ([environment] + (steps ?? [:]).values).compactMap { $0.facts["image"]?.stringValue.flatMap { Digest($0) } }
    }
}
