import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// The code and data of a launch: taken in just now, or those of a kept snapshot.
enum FrozenCode {
    case captured(SnapshotParts)
    case kept(SnapshotRecord, name: String, data: [DataItem])

    var tree: CodeTree {
        switch self {
        case .captured(let parts): parts.code.tree
        case .kept(let record, _, _): record.manifest.code
        }
    }

    var data: [DataItem] {
        switch self {
        case .captured(let parts): parts.data
        case .kept(_, _, let data): data
        }
    }
}

extension PlanFreezing {
    func freezeCode(of part: ExperimentPlan) async throws -> FrozenCode {
        if let kept { return try await keptCode(kept, part) }
        let tell = tell
        let parts = try await maker.capture(part.snapshotRequest(largest: limit)) { step in
            switch step {
            case .code(let done, let total): tell(.snapshot(what: "code", done: done, total: total))
            case .data(let done, let total): tell(.snapshot(what: "data", done: Int(done), total: Int(total)))
            }
        }
        return .captured(parts)
    }

    /// A snapshot that was taken before, with the data that lie here now checked against it.
    private func keptCode(_ name: String, _ part: ExperimentPlan) async throws -> FrozenCode {
        let record = try store.resolveSnapshot(name)
        let request = part.snapshotRequest(largest: .max)
        let data = try await maker.dataCapture.capture(request.data, in: request.folder)
        for item in data
        where !record.manifest.data.contains(where: { $0.name == item.name && $0.digest == item.digest }) {
            throw Mistake(
                "the data `\(item.name)` are not those of the snapshot `\(name)`",
                why: "here: \(item.digest.short)",
                fix: "bring the content back, or run without `--snapshot`",
                code: "data-changed"
            )
        }
        return .kept(record, name: name, data: data)
    }

    /// The snapshot of code in environments. A kept one is handed back as it is, where its images are these.
    func record(_ code: FrozenCode, _ environments: FrozenEnvironments) async throws -> SnapshotRecord {
        switch code {
        case .captured(let parts):
            return try await maker.record(parts, environment: environments.environment, steps: environments.others)
        case .kept(let record, let name, _):
            let before = record.manifest.images
            let now = SnapshotManifest(
                code: record.manifest.code,
                data: [],
                environment: environments.environment,
                steps: environments.others
            )
            .images
            guard before != now else { return record }
            throw Mistake(
                "the images are not those of the snapshot `\(name)`",
                why: "it has \(Self.words(before)); the experiment has \(Self.words(now)) now",
                fix: "name the image by its digest (`image: sha256:…`), or run without `--snapshot`",
                code: "image-changed"
            )
        }
    }

    private static func words(_ images: [String: String]) -> String {
        let images = Set(images.values).sorted().map { String($0.prefix(12)) }
        return images.isEmpty ? "none, since it is executed on the host" : images.joined(separator: ", ")
    }
}

extension SnapshotManifest {
    /// The image of the experiment, under an empty name, and of those steps that have another one, by content.
    var images: [String: String] {
        var images: [String: String] = [:]
        images[""] = environment.facts["image"]?.stringValue
        for (step, environment) in steps ?? [:] { images[step] = environment.facts["image"]?.stringValue ?? "host" }
        return images
    }
}
