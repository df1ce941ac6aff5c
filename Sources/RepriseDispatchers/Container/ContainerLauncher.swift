import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem

/// Begins `run.sh` in a container of Podman or Docker: the engine's own client, in the foreground, leads the job.
package struct ContainerLauncher: JobLauncher {
    private let engine: EngineSource
    private let options: [String]
    private let files: any FileSystem
    private let processes: any ProcessRunner
    private let variables: [String: String]
    private let owner: ProcessOwner
    private let folders: JobFolders

    /// `variables` is the environment that the client inherits.
    package init(_ engine: @escaping EngineSource, _ parts: DispatcherParts, owner: ProcessOwner = .current) {
        self.engine = engine
        options = parts.target.options
        files = parts.files
        processes = parts.processes
        variables = parts.variables
        self.owner = owner
        folders = JobFolders(files: parts.files, table: ProcessTable(), wallClock: parts.wallClock)
    }

    package func launch(_ job: Job) async throws -> JobLaunch {
        guard let container = job.container else { throw MachineJobsError.noImage(job: job.key) }
        let (engine, facts) = try await engine()
        let arguments = ContainerArguments(kind: engine.kind, facts: facts, owner: owner, options: options)
        let words = try arguments.run(job, container)
        let note = JobEngine(
            kind: engine.kind,
            program: engine.program,
            name: ContainerArguments.name(of: job.key),
            image: container.image,
            variables: JobEngine.way(variables).merging(engine.variables) { _, its in its }
        )
        try note.write(in: job.folder, files)
        try files.write(
            ContainerScript.text(job.key, note, arguments: words),
            to: job.folder + "/" + JobFolders.launchScript
        )
        return JobLaunch(
            program: "/bin/sh",
            arguments: [JobFolders.launchScript],
            variables: note.variables.merging(facts.limitsMemory ? [JobMemoryGroup.variable: JobMemoryGroup.own] : [:])
            {
                $1
            },
            output: JobFolders.engineLog,
            errors: JobFolders.engineLog,
            limitsMemory: facts.limitsMemory
        )
    }

    package func remains(of job: Job, ended: ChildUsage?) async -> JobRemains {
        if let script = JobTree.script(of: job, folders) { return .running(process: script) }
        guard let note = JobEngine(in: job.folder, files) else { return .nothing(reason: nil) }
        let hasBegun = folders.claim(in: job.folder) != nil
        // A client that came to the container's end tells its status; with these three it tells of itself.
        if let status = ended?.status, !hasBegun || !(125...127).contains(status) {
            let words = reason(job, note, status: status, hasBegun)
            return .nothing(reason: words, status: status, outOfMemory: await hadNoMemory(job, note, status: status))
        }
        let unstarted = hasBegun ? nil : "`\(note.kind.rawValue)` was ended before the container had started"
        guard let state = await state(of: note) else {
            if hasBegun || ended?.signal != nil { return .nothing(reason: unstarted) }
            return .nothing(reason: reason(job, note, status: 125, hasBegun), status: 125)
        }
        if let process = state.process, isOurs(process, job) { return .running(process: process) }
        // Podman knows no status of a container whose monitor was killed.
        guard state.hasEnded, state.status >= 0 else { return .nothing(reason: unstarted) }
        return .nothing(reason: unstarted, status: state.status, outOfMemory: state.outOfMemory)
    }

    package func remove(_ job: Job, isSudden: Bool) async {
        guard let note = JobEngine(in: job.folder, files) else { return }
        // Docker's daemon goes on making a container whose client was killed meanwhile.
        var looks = isSudden && note.kind == .docker && folders.claim(in: job.folder) == nil ? 20 : 0
        var refusals = 0
        for _ in 0..<60 {
            guard let result = await ask(note, ContainerArguments.remove(note.name, note.kind)) else { return }
            if result.status == 0, !result.output.isEmpty { return }
            if result.status == 0 || result.errorText.lowercased().contains("no such container") {
                looks -= 1
                if looks < 0 { return }
                try? await ContinuousClock().sleep(for: .milliseconds(150))
                continue
            }
            // Podman waits in vain for a monitor that was killed, and then has to be asked again.
            if !result.errorText.contains("already in progress") { refusals += 1 }
            if refusals == 3 { return }
            try? await ContinuousClock().sleep(for: .milliseconds(50))
        }
    }

    /// Whether the kernel ended the script itself for want of memory, so that it could not tell.
    private func hadNoMemory(_ job: Job, _ note: JobEngine, status: Int) async -> Bool {
        guard note.kind == .docker, status == 137, let begun = folders.claim(in: job.folder)?.time else { return false }
        let now = folders.wallClock.now()
        let result = await ask(note, ContainerArguments.memoryEvents(note.name, since: begun, until: now))
        return result?.status == 0 && result?.output.isEmpty == false
    }

    private func reason(_ job: Job, _ note: JobEngine, status: Int, _ hasBegun: Bool) -> String? {
        if hasBegun { return nil }
        let bytes = (try? files.read(job.folder + "/" + JobFolders.engineLog, limit: 64 << 10)) ?? []
        let words = String(decoding: bytes, as: UTF8.self)
        return ContainerReply.reason(note.kind, image: note.image, status: status, words: words)
            ?? "`run.sh` could not begin: see stderr.log"
    }

    private func state(of note: JobEngine) async -> ContainerReply.State? {
        guard let result = await ask(note, ContainerArguments.inspect(note.name)), result.status == 0 else {
            return nil
        }
        return ContainerReply.state(result.text)
    }

    private func ask(_ note: JobEngine, _ arguments: [String]) async -> ProcessResult? {
        try? await processes.run(
            Invocation(note.program, arguments, folder: "/", variables: note.variables.mapValues { $0 })
        )
    }

    private func isOurs(_ process: Int32, _ job: Job) -> Bool {
        folders.table.variable("REPRISE_JOB", of: process) == job.key.description
    }
}
