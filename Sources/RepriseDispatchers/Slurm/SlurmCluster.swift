import RepriseModel
import RepriseSite
import RepriseSystem

/// A cluster of Slurm's, as it can be told of before anything is submitted.
struct SlurmCluster: Cluster {
    let settings: SlurmSettings
    let parts: DispatcherParts

    init(_ parts: DispatcherParts) {
        settings = SlurmSettings(parts.target)
        self.parts = parts
    }

    var conflict: (any RepriseError)? {
        if let conflict = SlurmLogin.conflict(parts.target) { return conflict }
        if let text = parts.target.text("signal"), settings.signal == nil {
            return Mistake(
                "target `\(parts.target.name)` cannot send `\(text)` before the end",
                fix: "write a signal and the seconds before the end, such as `USR1@60`; signals are "
                    + SlurmSignal.names.joined(separator: ", "),
                code: "wrong-signal"
            )
        }
        if settings.nodes.count > 1 || settings.nodes.contains(where: { $0.contains("[") || $0.contains(",") }) {
            return Mistake(
                "a run has one node, and `nodelist` of target `\(parts.target.name)` names several that it would have to have",
                fix: "name one, or leave out nodes by `exclude`",
                code: "several-nodes"
            )
        }
        if settings.usesSrun, let conflict = srunConflict { return conflict }
        guard let option = settings.conflict else { return nil }
        return Mistake(
            "`\(option)` among the options of target `\(parts.target.name)` is for Reprise to decide, or no long option",
            fix: "take it away; options are written as `--name=value`",
            code: "wrong-option"
        )
    }

    func examine() async -> ClusterExamination {
        if let login = SlurmLogin(parts) { return await examine(login) }
        var examination =
            await SlurmCommands(settings, processes: parts.processes, variables: parts.variables).examine()
        examination.offers.insert(share, at: 0)
        // What cannot be told may well be shared.
        let isShared = parts.folder.isEmpty || (try? parts.files.isNetworkFileSystem(parts.folder)) ?? true
        if !isShared {
            examination.remarks.append(
                .init(
                    """
                    the store `\(RepriseSystem.folder(of: parts.folder))` lies on a file system of this machine alone, as \
                    far as this machine can tell
                    """,
                    fix: "where the nodes do not see it, keep the project on a file system that they share"
                )
            )
        }
        return examination
    }

    func preview(_ preview: ClusterPreview) -> String {
        guard settings.usesSrun else { return SlurmScript.text(batch(preview), settings) }
        return srunPreview(preview)
    }

    /// As what the jobs will be submitted, together.
    func batch(_ preview: ClusterPreview) -> SlurmBatch {
        let workspace = SlurmLogin(parts)?.workspace
        let batches = workspace.map { $0 + "/batches" } ?? preview.store + "/slurm"
        let entries = preview.names.map { name in
            let folder = workspace.map { "\($0)/jobs/\(name)" } ?? "\(preview.store)/runs/\(Self.folder(of: name))"
            return SlurmBatch.Entry(key: name, folder: folder)
        }
        let isArray = entries.count > 1
        let name = "reprise-" + (isArray ? "ARRAY" : preview.names.first ?? "")
        return SlurmBatch(
            name: name,
            folder: isArray ? "\(batches)/\(name)" : entries.first?.folder ?? preview.store,
            entries: entries,
            resources: preview.resources,
            hasSecrets: preview.hasSecrets,
            hasContainers: preview.image != nil
        )
    }

    /// Of a job below `runs`: `RUN-1`, or `RUN-1/steps/train.0` for `RUN-1.train.0`.
    private static func folder(of name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 1)
        return parts.count > 1 ? "\(parts[0])/steps/\(parts[1])" : name
    }
}
