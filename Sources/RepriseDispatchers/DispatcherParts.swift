import RepriseDispatch
import RepriseImages
import RepriseSite
import RepriseSystem

/// What dispatchers are made of.
package struct DispatcherParts: Sendable {
    /// What the site says of the target.
    package var target: TargetSettings
    package var files: any FileSystem
    package var processes: any ProcessRunner
    /// The environment that jobs and engines inherit.
    package var variables: [String: String]
    /// How long a job that exceeds a limit has to end by itself.
    package var grace: @Sendable () -> Duration
    package var wallClock: any WallClock
    /// The engine that executes jobs with an image; nil where containers are refused.
    package var engine: EngineSource?
    /// What executes the images that are files, where that is another engine; nil where it is the same.
    package var apptainer: EngineSource?
    /// Where a dispatcher keeps scripts and locks of its own for this store; empty where there is no store.
    package var folder: String

    package init(
        target: TargetSettings = TargetSettings(name: "local", kind: .process),
        files: any FileSystem = LiveFileSystem(),
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables(),
        grace: @escaping @Sendable () -> Duration = { .seconds(5) },
        wallClock: any WallClock = LiveWallClock(),
        engine: EngineSource? = nil,
        apptainer: EngineSource? = nil,
        folder: String = ""
    ) {
        self.target = target
        self.files = files
        self.processes = processes
        self.variables = variables
        self.grace = grace
        self.wallClock = wallClock
        self.engine = engine
        self.apptainer = apptainer
        self.folder = folder
    }
}
