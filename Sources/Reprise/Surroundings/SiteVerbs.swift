import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseYAML

extension Laboratory {
    /// The site as every layer together makes it. `overrides` are `NAME=VALUE`, as after `--set`.
    package func site(
        overrides: [String] = [],
        target: String? = nil,
        experiment: LocatedValue? = nil
    ) throws -> Site {
        let inputs = SiteInputs(
            environment: world.variables,
            projectFolder: try projectFolder(),
            experiment: experiment,
            overrides: try overrides.map(SettingOverride.init(parsing:)),
            target: target,
            processors: MachineSize.live(world.files).processors
        )
        return try Site.load(inputs, files: world.files)
    }

    /// The files that the site is read from, whether or not they are there.
    func siteFiles() throws -> [String] {
        let inputs = SiteInputs(environment: world.variables, projectFolder: try projectFolder())
        return [inputs.machineFile, inputs.userFile, inputs.projectFile].compactMap { $0 }
    }

    /// Where `reprise.yaml` is looked for: beside the store, or here where there is no store yet.
    private func projectFolder() throws -> String {
        try storeFolder(near: folder).map { RepriseSystem.folder(of: $0) } ?? folder
    }

    /// Every setting with the value that holds and the layer that it comes from.
    package func settingsShow(overrides: [String] = []) throws -> [EffectiveSetting] {
        try site(overrides: overrides).show()
    }

    /// Every layer that sets the key, and which one won.
    package func settingsExplain(_ key: String, overrides: [String] = []) throws -> SettingExplanation {
        try site(overrides: overrides).explain(key)
    }
}
