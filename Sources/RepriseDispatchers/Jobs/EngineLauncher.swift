import RepriseDispatch
import RepriseImages
import RepriseSite
import RepriseSystem

/// Begins jobs with whatever engine the source hands out, and asks the engine that began a job about it later.
struct EngineLauncher: JobLauncher {
    let engine: EngineSource
    let launchers: [EngineKind: any JobLauncher]
    let files: any FileSystem

    func launch(_ job: Job) async throws -> JobLaunch {
        // The name of an image is the path of a file, or else what an engine with a store of its own calls it.
        let isFile = job.container?.image.hasPrefix("/") == true
        let kind = isFile ? .apptainer : try await engine().engine.kind
        guard let launcher = launchers[kind] else { throw MachineJobsError.noContainers(job: job.key) }
        return try await launcher.launch(job)
    }

    func remains(of job: Job, ended: ChildUsage?) async -> JobRemains {
        await launcher(of: job)?.remains(of: job, ended: ended) ?? .nothing(reason: nil)
    }

    func leavesFiles(_ job: Job) -> Bool { launcher(of: job)?.leavesFiles(job) ?? false }

    func remove(_ job: Job, isSudden: Bool) async {
        await launcher(of: job)?.remove(job, isSudden: isSudden)
    }

    private func launcher(of job: Job) -> (any JobLauncher)? {
        JobEngine(in: job.folder, files).flatMap { launchers[$0.kind] }
    }
}

extension DispatcherParts {
    /// What begins jobs in containers, a line for each kind of engine.
    func launcher() throws -> any JobLauncher {
        guard let engine else { throw EngineError.noneFound(EngineKind.allCases) }
        return EngineLauncher(
            engine: engine,
            launchers: [
                .podman: ContainerLauncher(engine, self),
                .docker: ContainerLauncher(engine, self),
                .apptainer: ApptainerLauncher(
                    apptainer ?? engine,
                    options: target.options,
                    files: files,
                    variables: variables
                ),
            ],
            files: files
        )
    }
}
