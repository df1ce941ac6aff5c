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
                    "qos": "low", "partition": "short", "options": ["--exclude=n1", "--comment=x"], "account": .null,
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

    @Test func `change a target, and take away what the site says`() throws {
        let target = TargetSettings(name: "hpc", kind: .slurm, values: ["partition": "long", "account": "lab"])
        let own = target.overridden(by: ["partition": "short", "account": .null])
        #expect(own.text("partition") == "short")
        #expect(own.text("account") == nil)
    }
}
