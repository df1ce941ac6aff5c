import RepriseModel
import RepriseSystem
import RepriseYAML

/// Everything that a site is made from. The library looks for nothing by itself.
package struct SiteInputs: Sendable {
    /// The files of the three layers of files; one that does not exist says nothing.
    package var machineFile: String?
    package var userFile: String?
    package var projectFile: String?
    /// The experiment's `settings:`, where it has them.
    package var experiment: LocatedValue?
    package var environment: [String: String]
    /// The `--set` options, in their order.
    package var overrides: [SettingOverride]
    /// The `--on` option.
    package var target: String?
    /// The processors of this machine, which `targets.local.slots` begins with.
    package var processors: Int

    /// Looks for `reprise.yaml` in `projectFolder`, and for the user's file where `environment` says that it lies.
    package init(
        environment: [String: String] = [:],
        projectFolder: String? = nil,
        experiment: LocatedValue? = nil,
        overrides: [SettingOverride] = [],
        target: String? = nil,
        processors: Int = 1
    ) {
        machineFile = "/etc/reprise/site.yaml"
        userFile = Self.userFile(environment)
        projectFile = projectFolder.map { "\($0)/reprise.yaml" }
        self.experiment = experiment
        self.environment = environment
        self.overrides = overrides
        self.target = target
        self.processors = processors
    }

    /// `$XDG_CONFIG_HOME/reprise/site.yaml`, else `$HOME/.config/reprise/site.yaml`.
    package static func userFile(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/reprise/site.yaml" }
        return environment["HOME"].map { "\($0)/.config/reprise/site.yaml" }
    }
}

extension SiteInputs {
    /// What the layers of files say, weakest first.
    func fileAssignments(_ files: any FileSystem) throws -> [Assignment] {
        var assignments: [Assignment] = []
        let paths: [(String?, Layer)] = [(machineFile, .machine), (userFile, .user), (projectFile, .project)]
        for case (let path?, let layer) in paths {
            guard let root = try Self.read(path, files) else { continue }
            assignments += try FileLayer(root, layer: layer).assignments
        }
        if let experiment { assignments += try FileLayer(experiment, layer: .experiment).assignments }
        return assignments
    }

    private static func read(_ path: String, _ files: any FileSystem) throws -> LocatedValue? {
        do {
            return try YAMLReader(knownTags: ["!remove"]).read(files.read(path, limit: 1 << 20), file: path)
        } catch let error as FileError where error.reason == .missing {
            return nil
        }
    }
}
