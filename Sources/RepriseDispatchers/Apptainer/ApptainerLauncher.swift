import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// Begins jobs in containers of Apptainer.
///
/// The engine's client is the parent of all that runs inside, and its death is theirs: nothing of a container outlives it
/// but the process that mounts the image, which sits in the same session, and what lies in `scratch`.
package struct ApptainerLauncher: JobLauncher {
    private let engine: EngineSource
    private let options: [String]
    private let files: any FileSystem
    /// Names of variables that jobs inherit and that would change what a container sees.
    private let unwanted: [String]

    /// `options` are words for the engine's command, from the site file; `variables` what every job inherits.
    package init(
        _ engine: @escaping EngineSource,
        options: [String] = [],
        files: any FileSystem = LiveFileSystem(),
        variables: [String: String] = inheritedVariables()
    ) {
        self.engine = engine
        self.options = options
        self.files = files
        unwanted = variables.keys.filter(ApptainerArguments.changesContainers)
    }

    package func launch(_ job: Job) async throws -> JobLaunch {
        guard let container = job.container else { throw MachineJobsError.noImage(job: job.key) }
        let (engine, facts) = try await engine()
        var script = ApptainerScript(
            job: job,
            container: container,
            program: engine.program,
            facts: facts,
            options: options
        )
        if !job.gpus.isEmpty, try !files.exists("/dev/nvidiactl"), try files.exists("/dev/kfd") {
            script.gpuOption = "--rocm"
        }
        try files.makeFolder("\(job.folder)/\(ApptainerScript.scratch)")
        try files.write(script.text, to: job.folder + "/" + JobFolders.launchScript, mode: 0o755)
        try JobEngine(kind: .apptainer, program: engine.program, name: "\(job.key)").write(in: job.folder, files)
        var variables: [String: String?] = [:]
        for name in unwanted { variables.updateValue(nil, forKey: name) }
        if script.limitsMemory { variables[JobMemoryGroup.variable] = JobMemoryGroup.own }
        return JobLaunch(
            program: "/bin/sh",
            arguments: [JobFolders.launchScript],
            variables: variables,
            output: JobFolders.engineLog,
            errors: JobFolders.engineLog,
            processors: job.processors,
            limitsMemory: script.limitsMemory
        )
    }

    package func remains(of job: Job, ended: ChildUsage?) async -> JobRemains {
        let log = (try? files.text(job.folder + "/" + JobFolders.engineLog)) ?? ""
        guard let error = ApptainerReply.refusal(log, image: job.container?.image ?? "the image") else {
            return .nothing(reason: nil)
        }
        return .nothing(
            reason: [error.what, error.why].compactMap(\.self).joined(separator: ": "),
            status: ended?.status
        )
    }

    package func leavesFiles(_ job: Job) -> Bool { true }

    package func remove(_ job: Job, isSudden: Bool) async {
        // What cannot be removed costs room alone, and goes with the run.
        try? files.remove("\(job.folder)/\(ApptainerScript.scratch)")
        removeCgroups()
    }

    /// A client that was killed leaves the groups by which root's containers are limited. One that is in use refuses to go.
    private func removeCgroups() {
        for hierarchy in (try? files.names(in: "/sys/fs/cgroup")) ?? [] {
            let folder = "/sys/fs/cgroup/\(hierarchy)/apptainer"
            for name in (try? files.names(in: folder)) ?? [] where Int32(name) != nil {
                // Named by the container's first process; that of one which is just starting lives already.
                if (try? files.exists("/proc/" + name)) == false { try? files.remove("\(folder)/\(name)") }
            }
        }
    }
}
