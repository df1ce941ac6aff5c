import RepriseDispatch
import RepriseSystem

/// Executes jobs as processes of this machine, each a session of its own, and those that name an image in a container.
package struct LocalProcess: MachineDispatcher {
    package static let kind = "process"

    package let jobs: MachineJobs

    /// `variables` is the environment that jobs inherit, less what is Reprise's own. `grace` is how long a job that
    /// exceeds a limit has to end by itself. Jobs with a container go to `containers`; without it they are refused.
    package init(
        files: any FileSystem = LiveFileSystem(),
        variables: [String: String] = inheritedVariables(),
        grace: @escaping @Sendable () -> Duration = { .seconds(5) },
        wallClock: any WallClock = LiveWallClock(),
        containers: (any JobLauncher)? = nil
    ) throws {
        jobs = try MachineJobs(
            files: files,
            variables: variables,
            grace: grace,
            wallClock: wallClock,
            plain: PlainLauncher(),
            containers: containers
        )
    }
}

extension LocalProcess {
    init(_ parts: DispatcherParts) throws {
        try self.init(
            files: parts.files,
            variables: parts.variables,
            grace: parts.grace,
            wallClock: parts.wallClock,
            containers: parts.engine == nil ? nil : parts.launcher()
        )
    }
}
