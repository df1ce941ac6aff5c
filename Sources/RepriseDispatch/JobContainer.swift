import RepriseModel

/// The container of one job: an image that lies ready, and what of this machine it sees.
package struct JobContainer: Hashable, Sendable {
    /// What the engine's command takes: `sha256:…` for Podman and Docker, the path of a file for Apptainer.
    package var image: String
    package var network: StepEnvironment.Network
    package var isReadOnly: Bool
    /// Bytes; nil for the engine's own.
    package var sharedMemory: Int64?
    /// Folders and files that it sees at the very paths that they have here, so that `run.sh` is the same everywhere.
    /// The run's folder is the first.
    package var mounts: [Mount]

    package struct Mount: Hashable, Sendable {
        /// Absolute, as the job names it.
        package var path: String
        /// Where it lies, absolute and without symbolic links.
        package var source: String
        package var isReadOnly: Bool

        package init(path: String, source: String, isReadOnly: Bool) {
            self.path = path
            self.source = source
            self.isReadOnly = isReadOnly
        }
    }

    package init(
        image: String,
        network: StepEnvironment.Network = .engine,
        isReadOnly: Bool = false,
        sharedMemory: Int64? = nil,
        mounts: [Mount]
    ) {
        self.image = image
        self.network = network
        self.isReadOnly = isReadOnly
        self.sharedMemory = sharedMemory
        self.mounts = mounts
    }
}
