import Foundation
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseYAML
import Testing

/// A folder of its own with the files of a site, gone after the test.
struct SiteFolder: ~Copyable {
    let path: String

    init(machine: String? = nil, user: String? = nil, project: String? = nil) throws {
        path = FileManager.default.temporaryDirectory.path + "/reprise-site-\(UUID().uuidString)"
        for (name, text) in [("machine", machine), ("user", user), ("project", project)] {
            if let text { try LiveFileSystem().write(text, into: "\(path)/\(name).yaml") }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func load(
        experiment: LocatedValue? = nil,
        environment: [String: String] = [:],
        set: [String] = [],
        target: String? = nil
    ) throws -> Site {
        var inputs = SiteInputs(
            environment: environment,
            experiment: experiment,
            overrides: try set.map(SettingOverride.init(parsing:)),
            target: target,
            processors: 8
        )
        inputs.machineFile = "\(path)/machine.yaml"
        inputs.userFile = "\(path)/user.yaml"
        inputs.projectFile = "\(path)/project.yaml"
        return try Site.load(inputs, files: LiveFileSystem())
    }

    /// What loading complains of, with the folder's own path taken out.
    func complaint(environment: [String: String] = [:], set: [String] = [], target: String? = nil) throws -> String {
        let mistake = try #require(throws: Mistake.self) {
            _ = try load(environment: environment, set: set, target: target).settings(for: nil)
        }
        return mistake.description.replacing(path + "/", with: "")
    }
}

extension LiveFileSystem {
    func write(_ text: String, into path: String, mode: Int = 0o644) throws {
        try makeFolder(path.split(separator: "/").dropLast().map { "/\($0)" }.joined())
        try write(text, to: path, mode: mode)
    }
}
