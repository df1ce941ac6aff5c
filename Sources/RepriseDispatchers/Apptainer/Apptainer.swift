import RepriseDispatch

/// Executes jobs in containers of Apptainer.
package struct Apptainer: MachineDispatcher {
    package static let kind = "apptainer"

    package let jobs: MachineJobs

    /// `launcher` begins every job; one without an image is refused.
    package init(_ parts: DispatcherParts, launcher: any JobLauncher) throws {
        jobs = try MachineJobs(parts, containers: launcher)
    }
}
