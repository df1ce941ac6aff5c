import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import Testing

@Suite struct `Errors of a site` {
    @Test func `each says what, where and what to do`() throws {
        var texts: [String] = []
        let files = [
            "targts: {}", "targets: {hpc: {kind: slurm, partitoin: gpu}}", "targets: {hpc: {partition: gpu}}",
            "targets: {local: {partition: gpu}}", "targets: {hpc: {kind: slrum}}", "queue: {grace: soon}",
            "initials: 7", "targets: [local]", "- a", "targets: {local: {slots: 0}}", "target: hcp",
            "credentials: {gh: hunter22}", "credentials: {gh: {varable: X}}", "trackers: [{kind: mlfow}]",
            "trackers: [{kind: mlflow, url: x}]", "trackers: [{kind: jsonl}]",
            "trackers: [{kind: mlflow, uri: host}]", "trackers: [{kind: mlflow, uri: 'http://me:hunter22@host'}]",
            "trackers: [{kind: jsonl, file: '{{ projct }}.jsonl'}]", "trackers: [{kind: jsonl, file: '{{ run'}]",
            "trackers: [{kind: mlflow, uri: 'http://host', outputs: maybe}]", "snapshots: {limit: -1}", "a: b: c",
            "initials: a\ninitials: b",
            "targets: {local: {slots: !removed }}", "queue: {grace: true}", "snapshots.limt: 1",
            "targets: {'a,b': {kind: process}}", "targets: {a=b: {kind: process}}",
        ]
        for text in files { texts.append("# \(text)\n" + (try SiteFolder(project: text).complaint())) }
        for option in ["targets.local.slot=2", "target.slots=many", "quue.grace=1s", "targets.local.partition=x"] {
            texts.append("# --set \(option)\n" + (try SiteFolder().complaint(set: [option])))
        }
        let variables = [
            ("REPRISE_TARGETS_LOCAL_SLOT", "2"), ("REPRISE_TARGETS_LOCAL_SLOTS", "many"),
            ("REPRISE_TARGETS_LOCAL_PARTITION", "x"), ("REPRISE_SWEEP_CONFIRM", "1.5"),
        ]
        for (name, text) in variables {
            texts.append("# \(name)=\(text)\n" + (try SiteFolder().complaint(environment: [name: text])))
        }
        texts.append("# --on lcal\n" + (try SiteFolder().complaint(target: "lcal")))
        let all = texts.joined(separator: "\n\n") + "\n"
        #expect(!all.contains("hunter22\n  why"))
        try expectGolden(all, "errors.txt")
    }

    @Test func `a literal secret is refused and not repeated`() throws {
        let complaint = try SiteFolder(project: "credentials: {gh: hunter22}").complaint()
        #expect(!complaint.contains("hunter22"))
        #expect(complaint.contains("project.yaml:1:19"))
    }

    @Test func `asking for an unknown setting names the nearest`() throws {
        let site = try SiteFolder().load()
        let mistake = try #require(throws: Mistake.self) { try site.explain("targets.local.slot") }
        #expect(mistake.fix == "did you mean `targets.local.slots`?")
        #expect(throws: Mistake.self) { try site.value("nothing") }
    }

    @Test func `the schema follows the table`() throws {
        try expectGolden(SiteSchema.value.json(pretty: true) + "\n", "site.schema.json")
        for row in SettingTable.rows {
            #expect(!row.help.isEmpty && !row.help.hasSuffix("."), "\(row.name)")
        }
    }

    @Test func `the document lists every setting`() throws {
        let page = try LiveFileSystem().text(documentPath("docs/site-file.md"))
        for row in SettingTable.rows {
            #expect(
                page.contains("| `\(row.name)` |"),
                "docs/site-file.md does not list `\(row.name)`. Add a line to its table."
            )
        }
    }

    private func documentPath(_ path: String) -> String {
        let folders = #filePath.split(separator: "/")
        let tests = folders.lastIndex(of: "Tests") ?? 0
        return "/" + (folders[..<tests] + [Substring(path)]).joined(separator: "/")
    }
}
