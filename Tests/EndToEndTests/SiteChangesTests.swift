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

    @Test func `sends to a tracker that a site file names since`() async throws {
        try await Workshop.use { workshop in
            try await begin(workshop)
            try workshop.write(
                "targets: {local: {slots: 2}}\ntrackers: [{kind: jsonl, file: all.jsonl}]\n",
                to: "reprise.yaml"
            )
            try await workshop.reprise("run", "quick.exp.yaml", "--detach", "--quiet")
            // The first runs until it is told to end, so that nobody else can have sent the second.
            _ = try await workshop.shell(#"until grep -qs '"finished"' all.jsonl; do sleep 0.05; done"#)
            try workshop.write("", to: "go")
            try await workshop.reprise("wait", "--all")
        }
    }

    @Test func `keeps what the site says since, and gives the time that it gives since`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("queue: {grace: 100ms}\n", to: "reprise.yaml")
            try workshop.write(
                """
                outputs: [small, large]
                command: |
                  trap 'touch \(workshop.project)/told' TERM
                  echo 1 > small; head -c 5000 /dev/zero > large
                  touch \(workshop.project)/begun
                  until [ -e \(workshop.project)/go ]; do sleep 0.05; done
                  exit 3

                """,
                to: "slow.exp.yaml"
            )
            try await workshop.reprise("run", "slow.exp.yaml", "--detach", "--quiet")
            _ = try await workshop.shell("until [ -e begun ]; do sleep 0.05; done")
            try workshop.write("queue: {grace: 1h}\noutput: {limit: 1KiB}\n", to: "reprise.yaml")
            async let stopped = workshop.reprise("stop", "@last")
            // Whoever gave it a tenth of a second would have ended it by then, but for a slow machine.
            _ = try await workshop.shell("until [ -e told ]; do sleep 0.05; done; sleep 1; touch go")
            _ = try await stopped
            let run = try await workshop.json("show", "@last")
            #expect(run[path: "state"]?.text == "cancelled" && run[path: "exitStatus"]?.text == "3")
            #expect(run[path: "outputs"]?.listValue?.map { $0[path: "path"]?.text } == ["small"])
        }
    }
}
