import Foundation
import RepriseModel
import Testing

@Suite struct `A supervisor that was there before` {
    private func begin(_ workshop: Workshop) async throws {
        try workshop.write(
            "command: touch \(workshop.project)/begun; until [ -e \(workshop.project)/go ]; do sleep 0.05; done\n",
            to: "slow.exp.yaml"
        )
        try workshop.write("command: 'true'\n", to: "quick.exp.yaml")
        try await workshop.reprise("run", "slow.exp.yaml", "--detach", "--quiet")
        _ = try await workshop.shell("until [ -e begun ]; do sleep 0.05; done")
    }

    @Test func `knows a target that a site file names since`() async throws {
        try await Workshop.use { workshop in
            try await begin(workshop)
            try workshop.write("targets: {other: {kind: process, slots: 1}}\n", to: "reprise.yaml")
            try await workshop.reprise("run", "quick.exp.yaml", "--on", "other")
            // The first is still there: nobody else could have taken the second.
            let rows = try await workshop.json("list")
            #expect(rows.listValue?.map { $0[path: "state"]?.text } == ["finished", "running"])
            try workshop.write("", to: "go")
            try await workshop.reprise("wait", "--all")
        }
    }

    @Test func `knows a target that a launch alone speaks of`() async throws {
        try await Workshop.use { workshop in
            try await begin(workshop)
            try await workshop.reprise(
                "run",
                "quick.exp.yaml",
                "--on",
                "once",
                "--set",
                "targets.once.kind=process",
                "--set",
                "targets.once.slots=1"
            )
            try workshop.write("", to: "go")
            try await workshop.reprise("wait", "--all")
        }
    }
}
