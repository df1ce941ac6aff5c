import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseTestKit
import Testing

@testable import Reprise

@Suite struct `A supervisor's site` {
    private let folder: LaboratoryFolder

    init() throws {
        folder = try LaboratoryFolder(["reprise.yaml": "targets: {far: {kind: slurm, partition: a, ssh: me@one}}"])
    }

    private func site(_ overrides: String...) throws -> SupervisedSite {
        let store = try folder.laboratory.store(makingIn: folder.path)
        return try SupervisedSite(folder.laboratory, store, overrides: overrides) { settings, known, _ in
            SupervisorTarget(
                dispatcher: known ?? FakeDispatcher(FakeEngine()),
                capacity: .unbounded,
                settings: settings.values
            )
        }
    }

    private func job(_ target: String = "far", _ settings: Mapping = [:]) throws -> LedgerJob {
        var generator = SeededGenerator(seed: 5)
        let key = JobKey(run: RunID(using: &generator), step: "train", split: 1)
        let runFolder = folder.path + "/runs/\(key.run)"
        try folder.write("", to: "runs/\(key.run)/\(key.folder)/run.sh")
        return LedgerJob(
            record: JobRecord(key: key),
            target: target,
            settings: settings,
            runFolder: runFolder,
            resources: Resources(),
            retry: RetryPolicy(),
            needs: []
        )
    }

    @Test func `tells what has changed once, and holds it back until the supervisor takes it over`() throws {
        let site = try site()
        #expect(try site.everyTarget().keys.sorted() == ["far", "local"])
        #expect(site.news().targets.isEmpty)
        try folder.write("targets: {far: {kind: slurm, partition: bb}, near: {kind: process}}", to: "reprise.yaml")
        #expect(site.news().targets.keys.sorted() == ["far", "near"])
        #expect(site.news().targets.isEmpty)
        #expect(try site.settings(of: job()).text("partition") == "a")
        site.adopt("far")
        #expect(try site.settings(of: job()).text("partition") == "bb")
        #expect(try site.settings(of: job("far", ["partition": "own", "ssh": "me@two"])).stagesFiles)
    }

    @Test func `goes on with what the files said where they cannot be read now`() throws {
        let site = try site()
        try folder.write("targets: {far: {kind: slrum}}", to: "reprise.yaml")
        let news = site.news()
        #expect(news.targets.isEmpty)
        #expect(news.trouble?.contains("slrum") == true)
        #expect(site.news().trouble == nil)
        #expect(try site.settings(of: job()).text("partition") == "a")
    }

    @Test func `a job is looked for where it was handed over, whatever the files say later`() throws {
        let before = try site()
        let job = try job()
        #expect(before.handed(job) == nil)
        try before.note(before.settings(of: job), for: job)
        #expect(before.handed(job) == nil)
        try folder.write("targets: {far: {kind: slurm, partition: a, workspace: /new}}", to: "reprise.yaml")
        var found = job
        let after = try site()
        found.handed = after.handed(job)
        let settings = try after.settings(of: found)
        #expect(settings.stagesFiles && settings.text("ssh") == "me@one")
        #expect(settings.text("workspace") == nil)
    }

    @Test func `a job whose target is gone from the files is looked for all the same`() throws {
        let before = try site()
        let job = try job()
        try before.note(before.settings(of: job), for: job)
        try folder.write("target: local", to: "reprise.yaml")
        let after = try site()
        #expect(after.target(of: job) != nil)
        var found = job
        found.handed = after.handed(job)
        #expect(try after.settings(of: found).text("ssh") == "me@one")
        #expect(try after.settings(of: found).text("partition") == "a")
    }

    @Test func `a target may be known by what a launch says alone`() throws {
        let site = try site()
        #expect(try site.target(of: job("once", ["partition": "x"])) == nil)
        let once = try job("once", ["kind": "slurm", "ssh": "me@three"])
        #expect(site.target(of: once) != nil)
        #expect(try site.settings(of: once).text("ssh") == "me@three")
        let second = try self.job("once", ["kind": "slurm", "partition": "y"])
        #expect(try site.settings(of: second).text("ssh") == nil)
    }
}
