import RepriseSystem

/// What the verbs need of the outside world. A face makes one at its start; tests make their own.
public struct World: Sendable {
    package var files: any FileSystem
    package var processes: any ProcessRunner
    package var wallClock: any WallClock
    package var entropy: any Entropy
    /// The environment variables that may hold settings and credentials.
    package var variables: [String: String]
    /// The path of the binary that can supervise in the background; nil where there is none, as in a library.
    package var executable: String?
    /// What programs of runs log into by mlflow; nil where there is none, as in a library.
    package var tracking: (any TrackingService)?

    package init(
        files: any FileSystem,
        processes: any ProcessRunner,
        wallClock: any WallClock,
        entropy: any Entropy,
        variables: [String: String],
        executable: String?,
        tracking: (any TrackingService)? = nil
    ) {
        self.files = files
        self.processes = processes
        self.wallClock = wallClock
        self.entropy = entropy
        self.variables = variables
        self.executable = executable
        self.tracking = tracking
    }

    /// This machine as it is. The variables are the caller's to hand in: the library never reads the environment.
    public static func live(variables: [String: String], executable: String? = nil) -> World {
        World(
            files: LiveFileSystem(),
            processes: LiveProcessRunner(),
            wallClock: LiveWallClock(),
            entropy: LiveEntropy(),
            variables: variables,
            executable: executable
        )
    }
}
