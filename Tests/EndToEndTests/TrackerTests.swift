import Foundation
import OrderedCollections
import RepriseModel
import RepriseSystem
import Testing

@Suite struct `Trackers on the command line` {
    private let experiment = #"""
        name: tracked
        parameters: {lr: 0.5}
        outputs: [model.txt]
        command: |
          for i in 1 2 3; do echo "::metric {\"loss\": 0.$i, \"step\": $i}"; done
          echo "model" > model.txt
        """#

    @Test func `a run is at its trackers when the command has ended`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("trackers:\n  - {kind: jsonl, file: all.jsonl}\n", to: "reprise.yaml")
            try workshop.write(experiment, to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml")
            let kinds = try workshop.text("all.jsonl").split(separator: "\n")
                .map { try Value(json: String($0)).mapValue?["kind"]?.text ?? "" }
            // On a slow machine the run is also told of while it runs.
            #expect(
                kinds.filter { $0 != "state" } == ["file", "run", "parameter", "metric", "metric", "metric", "output"]
            )
            #expect(kinds.last == "state")
            let list = try await workshop.json("tracker", "list")
            #expect(list.listValue?.first?.mapValue?["waiting"] == 0)
            #expect(list.listValue?.first?.mapValue?["runs"] == 1)
            let checks = try await workshop.json("tracker", "check")
            #expect(checks.listValue?.first?.mapValue?["works"] == true)
        }
    }

    @Test func `a tracker that cannot be written to fails no run, is told, and catches up`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("trackers:\n  - {kind: jsonl, file: folder/all.jsonl}\n", to: "reprise.yaml")
            try workshop.write("no folder at all", to: "folder")
            try workshop.write(experiment, to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml")
            let sent = try await workshop.reprise("tracker", "send", expecting: 1)
            #expect(sent.errorText.contains("folder"))
            try await workshop.reprise("tracker", "check", expecting: 1)
            let doctor = try await workshop.reprise("doctor", expecting: nil)
            #expect(doctor.text.contains("warning  tracker jsonl"))
            try LiveFileSystem().remove(workshop.project + "/folder")
            try await workshop.reprise("tracker", "send", "--wait")
            #expect(try workshop.text("folder/all.jsonl").split(separator: "\n").count == 8)
        }
    }

    @Test func `runs from before the tracker are sent when they are named, and a tracker can be forgotten`()
        async throws
    {
        try await Workshop.use { workshop in
            try workshop.write(experiment, to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml")
            try workshop.write("trackers:\n  - {kind: jsonl, file: all.jsonl}\n", to: "reprise.yaml")
            try await workshop.reprise("tracker", "send")
            #expect(throws: FileError.self) { try workshop.text("all.jsonl") }
            try await workshop.reprise("tracker", "send", "@last")
            try await workshop.reprise("tracker", "send", "@last")
            #expect(try workshop.text("all.jsonl").split(separator: "\n").count == 8)
            try workshop.write("trackers: []\n", to: "reprise.yaml")
            let forgotten = try await workshop.json("tracker", "forget", "1")
            #expect(forgotten.mapValue?["inSite"] == false)
            #expect(try await workshop.json("tracker", "list") == [])
            try await workshop.reprise("tracker", "forget", "1", expecting: 2)
        }
    }
}
