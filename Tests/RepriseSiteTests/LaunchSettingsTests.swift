import Foundation
import OrderedCollections
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSite

@Suite struct `Settings of one launch` {
    private let site: Site

    init() throws {
        let inputs = SiteInputs(
            environment: ["REPRISE_TARGETS_HPC_QOS": "low"],
            projectFolder: "/nowhere",
            overrides: try [
                "targets.hpc.kind=slurm", "target.partition=short", "targets.hpc.options=--exclude=n1,--comment=x",
                "queue.grace=1500ms", "targets.local.slots=3", "targets.hpc.account=",
            ]
            .map(SettingOverride.init(parsing:)),
            target: "hpc",
            processors: 2
        )
        site = try Site.load(inputs, files: LiveFileSystem())
    }

    @Test func `of a target are what no file of the site says`() throws {
        #expect(
            site.launchSettings(of: "hpc")
                == [
                    "qos": "low", "kind": "slurm", "partition": "short", "options": ["--exclude=n1", "--comment=x"],
                    "account": .null,
                ]
        )
        #expect(site.launchSettings(of: "other").isEmpty)
    }

    @Test func `are handed on so that they read the same, but for targets that keep their own`() throws {
        let words = site.handedOn(except: ["hpc"])
        #expect(words == ["target=hpc", "targets.hpc.kind=slurm", "queue.grace=1500ms", "targets.local.slots=3"])
        let all = try site.handedOn(except: []).map(SettingOverride.init(parsing:))
        let again = try Site.load(
            SiteInputs(
                environment: ["REPRISE_TARGETS_HPC_QOS": "low"],
                projectFolder: "/nowhere",
                overrides: all,
                processors: 2
            ),
            files: LiveFileSystem()
        )
        #expect(try again.settings(for: nil) == site.settings(for: nil))
        #expect(try again.settings.grace == .milliseconds(1500))
    }

    @Test func `may be all that is said of a target`() throws {
        let said = site.launchSettings(of: "hpc")
        let elsewhere = try Site.load(SiteInputs(projectFolder: "/nowhere"), files: LiveFileSystem())
        let target = try elsewhere.settings(for: "hpc", saying: said)
        #expect(target.kind == .slurm)
        #expect(target.text("partition") == "short" && target.text("account") == nil)
        #expect(throws: Mistake.self) { try elsewhere.settings(for: "hpc", saying: ["partition": "short"]) }
        try site.checkKind(of: "hpc")
    }

    @Test func `do not make another kind of place of a target that a file knows`() throws {
        let files = LiveFileSystem()
        let folder = FileManager.default.temporaryDirectory.path + "/reprise-site-\(UUID().uuidString)"
        defer { try? files.remove(folder) }
        try files.makeFolder(folder)
        try files.write("targets: {hpc: {kind: slurm}, box: {kind: process}}\n", to: folder + "/reprise.yaml")
        func site(_ words: String...) throws -> Site {
            let overrides = try words.map(SettingOverride.init(parsing:))
            return try Site.load(SiteInputs(projectFolder: folder, overrides: overrides), files: files)
        }
        let moved = try site("targets.hpc.kind=kubernetes")
        let error = #expect(throws: Mistake.self) { try moved.checkKind(of: "hpc") }
        #expect(error?.code == "changed-kind")
        #expect(error?.description.contains("`hpc`") == true && error?.description.contains("kubernetes") == true)
        let same = try site("targets.hpc.kind=slurm", "targets.box.kind=container")
        try same.checkKind(of: "hpc")
        try same.checkKind(of: "box")
        #expect(same.launchSettings(of: "hpc").isEmpty)
        #expect(same.launchSettings(of: "box") == ["kind": "container"])
        let box = try same.settings(for: "box", saying: ["kind": "container", "slots": 2])
        #expect(box.withoutCapacity.mostRuns == nil && box.mostRuns == 2)
    }

    @Test func `change a target, and take away what the site says`() throws {
        let target = TargetSettings(name: "hpc", kind: .slurm, values: ["partition": "long", "account": "lab"])
        let own = target.overridden(by: ["partition": "short", "account": .null])
        #expect(own.text("partition") == "short")
        #expect(own.text("account") == nil)
    }
}
