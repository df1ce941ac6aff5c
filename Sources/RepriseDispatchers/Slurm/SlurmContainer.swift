import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// `launch.sh` of a job that a node executes in a container: becomes the client of Apptainer, whose child `run.sh` is.
///
/// What depends on the machine is decided on the node. Limits are Slurm's to keep. Holds the names of secrets alone; their
/// values pass through the environment.
struct SlurmContainer {
    let job: Job
    let container: JobContainer
    /// `apptainer`, or another name or path of it on the nodes.
    let program: String

    var text: String {
        """
        #!/bin/sh
        # Begins \(job.key) in a container of Apptainer, whose own words are in engine.log. Generated, never changed.
        # By hand on a node: `sh launch.sh`; once it has been executed, `sh launch.sh --again`.
        case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
        [ -s \(JobFolders.launched) ] || echo "$$" > \(JobFolders.launched) || exit 125
        mkdir -p \(ApptainerScript.scratch) || exit 125
        program=\(shellQuoted(program))
        command -v "$program" > /dev/null || {
            echo "FATAL: there is no $program on ${SLURMD_NODENAME:-this machine}" >&2
            exit 125
        }
        again=${1-}
        \(variables)
        set --
        \(choices)
        exec "$program" \(opening) "$@" \(closing) "$again"

        """
    }

    private var variables: String {
        let names = ["REPRISE_JOB"] + job.secrets.keys.sorted()
        var lines = [clock, "export \(prefix)_TMPDIR=\"$PWD/\(ApptainerScript.scratch)\""]
        lines += names.map { "export \(prefix)ENV_\($0)=\"${\($0)-}\"" }
        if needsGPUs {
            lines.append(
                """
                for name in CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES; do
                    eval "[ -z \\"\\${$name+x}\\" ] || export \(prefix)ENV_$name=\\"\\$$name\\""
                done
                """
            )
        }
        return lines.joined(separator: "\n")
    }

    /// What `run.sh` adds to the time since the node was started, since a `date` in an image may know seconds alone.
    private var clock: String {
        """
        now=$(date +%s%3N)
        case $now in
            *[!0-9]*) ;;
            *) read -r uptime idle < /proc/uptime && export \(prefix)ENV_REPRISE_CLOCK=$((now - ${uptime%.*}${uptime#*.}0)) ;;
        esac
        """
    }

    /// What its variables begin with; the older of the two names reads its own alone.
    private var prefix: String {
        let name = program.split(separator: "/").last.map(String.init) ?? program
        return name.hasPrefix("singularity") ? "SINGULARITY" : "APPTAINER"
    }

    private var needsGPUs: Bool { (job.resources.gpus ?? 0) > 0 }

    /// What may be written inside by anybody but root lies in the mounts and in `/tmp`; and who cannot mount an image unpacks it.
    private var choices: String {
        let isWritable = container.isReadOnly ? ":" : "set -- --writable-tmpfs"
        var lines = [
            """
            if [ "$(id -u)" -eq 0 ]; then
                \(isWritable)
            elif [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
                set -- --unsquash
            fi
            """
        ]
        if needsGPUs {
            lines.append(
                """
                if [ ! -e /dev/nvidiactl ] && [ -e /dev/kfd ]; then set -- "$@" --rocm; else set -- "$@" --nv; fi
                """
            )
        }
        return lines.joined(separator: "\n")
    }

    private var opening: String {
        var words = ["exec"] + ApptainerArguments.fence + ["--pwd", job.folder]
        words += ["--workdir", "\(job.folder)/\(ApptainerScript.scratch)"]
        if container.network == .none { words += ["--net", "--network", "none"] }
        return words.map(shellQuoted).joined(separator: " ")
    }

    private var closing: String {
        let words = container.mounts.flatMap { ["--mount", ApptainerScript.mount($0)] }
        return (words + [container.image, "/bin/sh", "-c", ApptainerScript.inside, "sh"]).map(shellQuoted)
            .joined(separator: " ")
    }

    /// Why the container did not begin, from the words of its engine; nil where it did.
    static func refusal(_ log: String, image: String?) -> String? {
        guard let error = ApptainerReply.refusal(log, image: image ?? "the image") else { return nil }
        return [error.what, error.why].compactMap(\.self).joined(separator: ": ")
    }
}
