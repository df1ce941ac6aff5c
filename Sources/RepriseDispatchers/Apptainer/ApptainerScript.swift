import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// `launch.sh` of a job in a container of Apptainer: becomes the engine's client, whose child `run.sh` is.
///
/// Holds the names of secrets alone; their values pass through the environment.
struct ApptainerScript {
    /// The folder in the job's that is `/tmp` inside, since Apptainer's own is small for anybody but root.
    static let scratch = "scratch"

    /// What runs inside. The program's words go into the mounted files without passing through the client.
    static let inside = """
        [ -z "${1-}" ] || exec /bin/sh run.sh "$1"; exec /bin/sh run.sh >> stdout.log 2>> stderr.log
        """

    let job: Job
    let container: JobContainer
    let program: String
    let facts: EngineFacts
    let options: [String]
    /// The option for the kind of GPU that this machine has.
    var gpuOption = "--nv"

    var limitsMemory: Bool { facts.limitsMemory && job.resources.memory != nil }

    var text: String {
        """
        #!/bin/sh
        # Begins \(job.key) in a container of Apptainer, whose own words are in engine.log. Generated, never changed.
        # By hand: `sh launch.sh`; once it has been executed, `sh launch.sh --again`.
        case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
        [ -s \(JobFolders.launched) ] || echo "$$" > \(JobFolders.launched) || exit 125
        \(variables)
        exec \(shellQuoted(program)) \(arguments.map(shellQuoted).joined(separator: " ")) "$@"

        """
    }

    private var variables: String {
        let lent = ["REPRISE_JOB", "REPRISE_CLOCK", JobMemoryGroup.variable]
        var lines = lent.map { "\($0)=\"${\($0)-}\"" }
        lines += job.secrets.keys.sorted().map { "\($0)=\"${\($0)-}\"" }
        if !job.gpus.isEmpty {
            lines.append("CUDA_VISIBLE_DEVICES=" + job.gpus.map(String.init).joined(separator: ","))
        }
        let own = "export APPTAINER_TMPDIR=\"$PWD/\(Self.scratch)\""
        return ([own] + lines.map { "export APPTAINERENV_" + $0 }).joined(separator: "\n")
    }

    var arguments: [String] {
        var words = ["exec"] + ApptainerArguments.fence + ["--pwd", job.folder]
        words += ["--workdir", "\(job.folder)/\(Self.scratch)"]
        if container.network == .none { words += ["--net", "--network", "none"] }
        // For anybody but root, what may be written inside lies in the mounts and in `/tmp`, and this costs time.
        if !container.isReadOnly, !facts.isRootless { words.append("--writable-tmpfs") }
        if facts.unpacksImages { words.append("--unsquash") }
        if !job.gpus.isEmpty { words.append(gpuOption) }
        words += limits + container.mounts.flatMap { ["--mount", Self.mount($0)] }
        return words + options + [container.image, "/bin/sh", "-c", Self.inside, "sh"]
    }

    private var limits: [String] {
        var words: [String] = []
        if let memory = job.resources.memory, limitsMemory {
            words += ["--memory", String(memory)]
            // The script reads there whether its memory was exhausted.
            let cgroups = JobContainer.Mount(path: "/sys/fs/cgroup", source: "/sys/fs/cgroup", isReadOnly: true)
            words += ["--mount", Self.mount(cgroups)]
        }
        if let processors = job.resources.cpus, facts.limitsProcessors { words += ["--cpus", "\(processors)"] }
        return words
    }

    /// Fields as in files of comma-separated values.
    static func mount(_ mount: JobContainer.Mount) -> String {
        var fields = ["type=bind", "source=" + mount.source, "destination=" + mount.path]
        if mount.isReadOnly { fields.append("ro") }
        return
            fields.map { field in
                let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
                return isPlain ? field : "\"\(field.replacing("\"", with: "\"\""))\""
            }
            .joined(separator: ",")
    }
}
