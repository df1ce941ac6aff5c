import OrderedCollections
import RepriseModel

/// What the site says about one target.
package struct TargetSettings: Hashable, Sendable {
    package var name: String
    package var kind: TargetKind
    /// Every setting that is set, by its last name; sizes in bytes.
    package var values: Mapping

    package init(name: String, kind: TargetKind, values: Mapping = [:]) {
        self.name = name
        self.kind = kind
        self.values = values
    }

    /// Whether its jobs do not see this machine's files, so that what they need travels there and what they leave back.
    package var stagesFiles: Bool {
        switch kind {
        case .process, .container, .apptainer: false
        case .slurm: text("ssh") != nil
        case .kubernetes: text("volume") == nil
        case .awsBatch: true
        }
    }

    /// How many runs at once, whatever they ask for; at least 1.
    package var slots: Int { whole("slots") ?? 1 }
    /// Processors that runs may use together; nil means all.
    package var cpus: Int? { whole("cpus") }
    /// Bytes of main memory that runs may use together; nil means all.
    package var memory: Int64? { values["memory"]?.integerValue }
    package var gpus: Int? { whole("gpus") }
    /// What runs images there, as the site names it; `auto` and nil leave the choice.
    package var engine: String? { values["engine"]?.stringValue }
    /// More options for the engine's own command.
    package var options: [String] { values["options"]?.listValue?.compactMap(\.stringValue) ?? [] }
    /// The image for experiments that name none.
    package var image: String? { values["image"]?.stringValue }

    /// How many runs at once, where the site says so.
    package var mostRuns: Int? { whole("slots") }
    package func text(_ key: String) -> String? { values[key]?.stringValue }
    package func texts(_ key: String) -> [String] { values[key]?.listValue?.compactMap(\.stringValue) ?? [] }

    private func whole(_ key: String) -> Int? { values[key]?.integerValue.flatMap(Int.init(exactly:)) }
}

/// The settings outside targets, typed.
package struct Settings: Hashable, Sendable {
    package var initials: String?
    package var project: String?
    /// The target that runs go to.
    package var target: String
    package var snapshotPublish: String?
    package var snapshotZip: String?
    /// Bytes; a larger file is no code.
    package var snapshotLimit: Int64
    package var trackers: [TrackerSettings]
    /// From TERM to KILL.
    package var grace: Duration
    /// A sweep of more variants needs a yes.
    package var sweepConfirm: Int
    /// Bytes of one kept output.
    package var outputLimit: Int64
    /// Where a run's event files of TensorBoard lie; nil where they are left alone.
    package var tensorBoard: String?
    /// Whether programs find a server of the MLflow API that logs into their run.
    package var trackingServer: Bool
    package var images: ImageSettings
}

/// Where images are published.
package struct ImageSettings: Hashable, Sendable {
    /// The registry with the repository, such as `ghcr.io/me/digits`.
    package var repository: String?
    package var user: String?
    /// The name of the credential that holds the password.
    package var credential: String?
}

extension Site {
    /// The same with what one launch says of it, which may be all that is said of it.
    package func settings(for target: String, saying said: Mapping) throws -> TargetSettings {
        if !targets.contains(target), let own = TargetSettings(target, saying: said) { return own }
        return try settings(for: target).overridden(by: said)
    }

    /// The settings of the named target, or of the chosen one. An unknown name is an error with the nearest one.
    package func settings(for target: String? = nil) throws -> TargetSettings {
        let place = target == nil ? try effective("target")?.place : nil
        let name = try target ?? value("target")?.stringValue ?? "local"
        guard targets.contains(name) else {
            throw Mistake(
                "there is no target `\(name)`",
                why: "this site has " + targets.map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: name, among: targets).map { "did you mean `\($0)`?" }
                    ?? "add `targets: {\(name): {kind: process}}` to a site file",
                code: "unknown-target",
                place: place
            )
        }
        guard let kind = try value("targets.\(name).kind")?.stringValue.flatMap(TargetKind.init(rawValue:)) else {
            throw Mistake("the target `\(name)` has no kind", code: "target-without-kind")
        }
        var values: Mapping = [:]
        for key in SettingTable.keys(of: kind) { values[key] = try value("targets.\(name).\(key)") }
        if kind.executesHere, values["slots"] == nil { values["slots"] = try value("targets.local.slots") ?? 1 }
        return TargetSettings(name: name, kind: kind, values: values)
    }

    /// The settings outside targets.
    package var settings: Settings {
        get throws {
            Settings(
                initials: try value("initials")?.stringValue,
                project: try value("project")?.stringValue,
                target: try value("target")?.stringValue ?? "local",
                snapshotPublish: try value("snapshots.publish")?.stringValue,
                snapshotZip: try value("snapshots.zip")?.stringValue,
                snapshotLimit: try whole("snapshots.limit"),
                trackers: try value("trackers")?.listValue?.compactMap(TrackerSettings.init) ?? [],
                grace: .milliseconds(try whole("queue.grace")),
                sweepConfirm: Int(try whole("sweep.confirm")),
                outputLimit: try whole("output.limit"),
                tensorBoard: try value("tensorboard")?.stringValue,
                trackingServer: try value("tracking-server")?.boolValue ?? true,
                images: ImageSettings(
                    repository: try value("images.repository")?.stringValue,
                    user: try value("images.user")?.stringValue,
                    credential: try value("images.credential")?.stringValue
                )
            )
        }
    }

    private func whole(_ name: String) throws -> Int64 { try value(name)?.integerValue ?? .max }
}
