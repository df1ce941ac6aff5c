import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// Every kind of engine, one line each.
package enum DispatcherList {
    package static let kinds: [String: any Dispatcher.Type] = [
        LocalProcess.kind: LocalProcess.self,
        Container.kind: Container.self,
        Apptainer.kind: Apptainer.self,
        Slurm.kind: Slurm.self,
    ]

    /// The dispatcher of a kind; throws for a kind that is none.
    package static func make(_ kind: String, _ parts: DispatcherParts) throws -> any Dispatcher {
        switch kind {
        case Container.kind: try Container(parts, launcher: parts.launcher())
        case Apptainer.kind: try Apptainer(parts, launcher: parts.launcher())
        case LocalProcess.kind: try LocalProcess(parts)
        case Slurm.kind: Slurm(parts)
        default: throw Mistake("there is no kind of target `\(kind)`", code: "unknown-kind")
        }
    }
}

/// What dispatchers are made of.
package struct DispatcherParts: Sendable {
    package var files: any FileSystem
    package var processes: any ProcessRunner
    /// The environment that jobs and engines inherit.
    package var variables: [String: String]
    /// How long a job that exceeds a limit has to end by itself.
    package var grace: Duration
    package var wallClock: any WallClock
    /// The engine that executes jobs with an image; nil where containers are refused.
    package var engine: EngineSource?
    /// What executes the images that are files, where that is another engine; nil where it is the same.
    package var apptainer: EngineSource?
    /// Words for the engine's command, from the site file.
    package var options: [String]
    /// What the site file says of a cluster.
    package var slurm: SlurmSettings
    /// Where a dispatcher keeps scripts and locks of its own for this store; empty where none needs it.
    package var folder: String

    package init(
        files: any FileSystem = LiveFileSystem(),
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables(),
        grace: Duration = .seconds(5),
        wallClock: any WallClock = LiveWallClock(),
        engine: EngineSource? = nil,
        apptainer: EngineSource? = nil,
        options: [String] = [],
        slurm: SlurmSettings = SlurmSettings(),
        folder: String = ""
    ) {
        self.files = files
        self.processes = processes
        self.variables = variables
        self.grace = grace
        self.wallClock = wallClock
        self.engine = engine
        self.apptainer = apptainer
        self.options = options
        self.slurm = slurm
        self.folder = folder
    }
}
