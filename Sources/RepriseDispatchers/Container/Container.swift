import RepriseDispatch

/// Executes jobs in containers of Podman or Docker, each begun by the engine's own client in the foreground.
package struct Container: MachineDispatcher {
    package static let kind = "container"

    package let jobs: MachineJobs

    /// `launcher` begins every job; one without an image is refused.
    package init(_ parts: DispatcherParts, launcher: any JobLauncher) throws {
        jobs = try MachineJobs(parts, containers: launcher)
    }
}
