import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// What `podman` and `docker` are told to execute and to remove a job's container.
struct ContainerArguments {
    let kind: EngineKind
    let facts: EngineFacts
    let owner: ProcessOwner
    /// Words of the site file, for `run`.
    let options: [String]

    /// Variables that the container gets from the client's own environment.
    static let lent = ["REPRISE_JOB", "REPRISE_CLOCK", "REPRISE_MEMORY_GROUP"]

    /// Everything up to the image and what `/bin/sh` is told there.
    func run(_ job: Job, _ container: JobContainer) throws(ContainerError) -> [String] {
        var words = ["run", "--rm", "--name", Self.name(of: job.key), "--pull", "never", "--log-driver", "none"]
        words += ["--security-opt", "label=disable"] + ids
        words += network(container) + limits(job, container) + devices(job)
        words += ["--env", "HOME=/tmp"]
        words += (Self.lent + job.secrets.keys.sorted()).flatMap { ["--env", $0] }
        if !job.gpus.isEmpty {
            // The container sees these alone, and counts them from 0.
            words += ["--env", "CUDA_VISIBLE_DEVICES=" + job.gpus.indices.map(String.init).joined(separator: ",")]
        }
        for mount in container.mounts { words += ["--mount", try Self.mount(mount)] }
        return words + ["--workdir", job.folder, "--entrypoint", "/bin/sh"] + options + [container.image, "-c"]
    }

    /// `exec` keeps the script the container's first process. Its words go straight into the job's folder, so that they are
    /// complete whatever happens to the client.
    static let script = #"exec /bin/sh run.sh "$@" >>stdout.log 2>>stderr.log"#

    static func remove(_ name: String, _ kind: EngineKind) -> [String] {
        kind == .podman ? ["rm", "--force", "--ignore", name] : ["rm", "--force", name]
    }

    /// Answers `ContainerReply.state`.
    static func inspect(_ name: String) -> [String] {
        let format = "{{.State.Status}} {{.State.Pid}} {{.State.ExitCode}} {{.State.OOMKilled}}"
        return ["container", "inspect", "--format", format, name]
    }

    /// Answers a line for each time the kernel ended something in the container for want of memory, also when the container
    /// is gone. Docker's daemon remembers the last of its events; Podman tells nothing of the kind.
    static func memoryEvents(_ name: String, since: Timestamp, until: Timestamp) -> [String] {
        ["events", "--since", seconds(since), "--until", seconds(until), "--filter", "container=" + name]
            + ["--filter", "event=oom", "--format", "{{.Action}}"]
    }

    private static func seconds(_ time: Timestamp) -> String {
        let rest = String(time.milliseconds % 1000)
        return "\(time.milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    /// Engines take letters, digits, `_`, `.` and `-`.
    static func name(of key: JobKey) -> String {
        let text = key.description.replacing("@", with: "..")
        return "reprise-"
            + String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) ? $0 : "_" })
    }

    /// Files that the job makes belong to whoever submitted it.
    private var ids: [String] {
        if owner.user == 0 { return ["--user", "0:0"] }
        if kind == .podman { return ["--userns", "keep-id", "--user", "\(owner.user):\(owner.group)"] }
        // Root of a daemon without root's rights is the user.
        if facts.isRootless { return ["--user", "0:0"] }
        return ["--user", "\(owner.user):\(owner.group)"] + owner.groups.flatMap { ["--group-add", String($0)] }
    }

    private func network(_ container: JobContainer) -> [String] {
        container.network == .engine ? [] : ["--network", container.network.rawValue]
    }

    private func limits(_ job: Job, _ container: JobContainer) -> [String] {
        var words: [String] = []
        if facts.limitsMemory, let memory = job.resources.memory { words += ["--memory", String(memory)] }
        if facts.limitsProcessors, let cpus = job.resources.cpus { words += ["--cpus", String(cpus)] }
        if facts.limitsProcessors, !job.processors.isEmpty {
            words += ["--cpuset-cpus", job.processors.map(String.init).joined(separator: ",")]
        }
        if let size = container.sharedMemory { words += ["--shm-size", String(size)] }
        if container.isReadOnly {
            words += ["--read-only"] + (kind == .podman ? ["--read-only-tmpfs=false"] : [])
            words += ["--tmpfs", "/tmp:rw,exec,nosuid,nodev,mode=1777"]
        }
        return words
    }

    private func devices(_ job: Job) -> [String] {
        if job.gpus.isEmpty { return [] }
        if kind == .podman { return job.gpus.flatMap { ["--device", "nvidia.com/gpu=\($0)"] } }
        return ["--gpus", #""device=\#(job.gpus.map(String.init).joined(separator: ","))""#]
    }

    private static func mount(_ mount: JobContainer.Mount) throws(ContainerError) -> String {
        for path in [mount.source, mount.path] where path.contains(where: \.isNewline) { throw .path(path) }
        var fields = ["type=bind", "source=" + mount.source, "target=" + mount.path]
        if mount.isReadOnly { fields.append("readonly") }
        return fields.map(field).joined(separator: ",")
    }

    /// One field of comma-separated values.
    private static func field(_ text: String) -> String {
        guard text.contains(",") || text.contains("\"") else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// What keeps a job from being put into a container.
enum ContainerError: RepriseError, Hashable {
    /// No engine can mount it.
    case path(String)

    var what: String {
        switch self {
        case .path(let path): "cannot mount \(shellQuoted(path)) into a container"
        }
    }

    var why: String? { "engines take no path with a line break in it" }
    var fix: String? { "rename it" }
    var code: String { "mount-path" }
    var fault: Fault { .usage }
}
