import RepriseModel

/// Every setting there is. Reading, checking, the schema and the documents all follow this table.
package enum SettingTable {
    package static let rows: [SettingDefinition] = general + targets

    private static let general: [SettingDefinition] = [
        SettingDefinition("initials", .text, "yours, at the head of the names of snapshots"),
        SettingDefinition("project", .text, "the project's name; else the experiment's, else the folder's"),
        SettingDefinition("target", .text, "the target that runs go to when no other is named", standard: "local"),
        SettingDefinition("snapshots.publish", .text, "the git repository that snapshots are published to"),
        SettingDefinition("snapshots.zip", .text, "the folder or rclone remote for snapshots as zip files"),
        SettingDefinition(
            "snapshots.limit",
            .bytes,
            "the largest file that counts as code; a larger one stops the snapshot",
            standard: .integer(50 << 20)
        ),
        SettingDefinition("trackers", .trackers, "where parameters, metrics and outputs are also sent"),
        SettingDefinition("credentials.*", .credential, "where a secret is found; never the secret itself"),
        SettingDefinition(
            "queue.grace",
            .duration,
            "how long a run may go on after TERM before KILL ends it",
            standard: .integer(10_000)
        ),
        SettingDefinition(
            "sweep.confirm",
            .whole(least: 1),
            "a sweep of more variants than this needs `--yes`",
            standard: 10_000
        ),
        SettingDefinition(
            "output.limit",
            .bytes,
            "the largest file that is kept as an output of a run, or taken as an artifact",
            standard: .integer(10 << 30)
        ),
        SettingDefinition("images.repository", .text, "where `reprise image publish` sends images, with its registry"),
        SettingDefinition("images.user", .text, "who one is for that registry"),
        SettingDefinition("images.credential", .text, "the credential that holds the password for that registry"),
        SettingDefinition(
            "tensorboard",
            .pattern,
            "which files that a run leaves may be event files of TensorBoard, whose scalars are taken in",
            standard: "**"
        ),
        SettingDefinition(
            "tracking-server",
            .flag,
            "whether programs find a server of the MLflow API that logs into their run",
            standard: true
        ),
    ]

    private static let here: Set<TargetKind> = [.process, .container, .apptainer]

    private static let targets: [SettingDefinition] = [
        SettingDefinition("targets.*.kind", .choice(TargetKind.allCases.map(\.rawValue)), "what kind of place it is"),
        target(
            "slots",
            .whole(least: 1),
            "how many runs at once, whatever they ask for",
            Set(TargetKind.allCases)
        ),
        target("cpus", .whole(least: 1), "processors that runs may use together; else all", here),
        target("memory", .bytes, "main memory that runs may use together; else all", here),
        target("gpus", .whole(least: 0), "GPUs that runs may use together; else all", here),
        target(
            "engine",
            .choice(["auto", "podman", "docker", "apptainer"]),
            "what runs images; `auto` takes the first that works",
            [.process, .container]
        ),
        target(
            "image",
            .text,
            "the image for experiments that name none",
            [.container, .apptainer, .kubernetes, .awsBatch]
        ),
        target("ssh", .text, "the login node, as `ssh` takes it; unset means this machine", [.slurm]),
        target("workspace", .text, "the folder or bucket for run directories", [.slurm, .awsBatch]),
        target("partition", .text, "the partition to submit to", [.slurm]),
        target("account", .text, "the account that pays", [.slurm]),
        target("qos", .text, "the quality of service to ask for", [.slurm]),
        target("nodelist", .texts, "the node that a run must have", [.slurm]),
        target("exclude", .texts, "nodes that a run must not have", [.slurm]),
        target(
            "srun",
            .flag,
            "whether `srun` executes runs at once: in the allocation that the command is in, else each in its own",
            [.slurm]
        ),
        target("signal", .text, "what a run is sent before its time is over, such as `USR1@60`", [.slurm]),
        target("modules", .texts, "environment modules to load before a run", [.slurm]),
        target("prologue", .texts, "shell lines before a run, after the modules", [.slurm]),
        target("container", .text, "what runs images on the nodes, such as `apptainer`", [.slurm]),
        target(
            "options",
            .texts,
            "more options for the engine's own command",
            [.container, .apptainer, .slurm, .awsBatch]
        ),
        target("context", .text, "the context of kubectl", [.kubernetes]),
        target("namespace", .text, "the namespace that runs go to", [.kubernetes]),
        target("volume", .text, "`CLAIM:PATH`, the claim whose root this machine has at that path", [.kubernetes]),
        target("node-selector", .texts, "labels of nodes that runs go to, as `KEY=VALUE`", [.kubernetes]),
        target(
            "tolerations",
            .texts,
            "taints of nodes that runs go to all the same, as `KEY=VALUE:EFFECT`",
            [.kubernetes]
        ),
        target("service-account", .text, "the service account of runs", [.kubernetes]),
        target("pull-secrets", .texts, "the secrets by which images are pulled", [.kubernetes]),
        target("labels", .texts, "more labels of runs, as `KEY=VALUE`", [.kubernetes]),
        target("gpu-resource", .text, "what GPUs are called there; else `nvidia.com/gpu`", [.kubernetes]),
        target(
            "ttl",
            .duration,
            "when the cluster clears away an ended run that nobody fetched; else a day",
            [.kubernetes]
        ),
        target("keep", .duration, "how long what a run left waits to be fetched; else an hour", [.kubernetes]),
        target("patience", .duration, "when a run that fits on no node is given up; else by the reason", [.kubernetes]),
        target("images", .text, "the registry and repository for images", [.kubernetes, .awsBatch]),
        target("region", .text, "the region of the queue", [.awsBatch]),
        target("queue", .text, "the job queue", [.awsBatch]),
        target("job-definition", .text, "the job definition whose properties jobs have, too", [.awsBatch]),
        target("job-role", .text, "the role that programs have", [.awsBatch]),
        target("execution-role", .text, "the role that pulls images and writes logs", [.awsBatch]),
        target("endpoint", .text, "where the services answer, if not at AWS's own addresses", [.awsBatch]),
    ]

    private static func target(
        _ key: String,
        _ type: SettingType,
        _ help: String,
        _ kinds: Set<TargetKind>
    ) -> SettingDefinition {
        SettingDefinition("targets.*.\(key)", type, help, kinds: kinds)
    }

    /// The row that describes a dotted name.
    package static func definition(of name: String) -> SettingDefinition? { rows.first { $0.describes(name) } }

    /// The settings of a target of that kind, by their last names.
    static func keys(of kind: TargetKind) -> [String] {
        rows.filter { $0.kinds?.contains(kind) ?? $0.name.hasPrefix("targets.*.") }
            .compactMap {
                $0.parts.last.map(String.init)
            }
    }

    /// Whether a setting can stand below this name.
    static func isGroup(_ name: String) -> Bool {
        name.isEmpty || rows.contains { $0.parts.count > name.depth && head($0, name.depth, describes: name) }
    }

    /// The names that can stand next after `group`, where the person does not choose them.
    static func names(below group: String) -> [String] {
        let depth = group.isEmpty ? 0 : group.depth
        var names: [String] = []
        for row in rows where row.parts.count > depth && (depth == 0 || head(row, depth, describes: group)) {
            let next = String(row.parts[depth])
            if next != "*", !names.contains(next) { names.append(next) }
        }
        return names
    }

    private static func head(_ row: SettingDefinition, _ depth: Int, describes name: String) -> Bool {
        let head = row.parts.prefix(depth).joined(separator: ".")
        return SettingDefinition(head, .text, "").describes(name)
    }
}

extension String {
    /// How many names a dotted name is made of.
    fileprivate var depth: Int { split(separator: ".", omittingEmptySubsequences: false).count }
}
