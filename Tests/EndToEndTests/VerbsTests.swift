import Foundation
import RepriseModel
import RepriseSystem
import Testing

/// The verbs, one after another, as a person goes through them.
@Suite struct `Verbs` {
    @Test func `lead a run from its start to its repetition, and away and back`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(curve, to: "curve.exp.yaml")
            try await workshop.reprise("run", "curve.exp.yaml", "rate=1,2")
            let rows = try #require(try await workshop.json("list").listValue)
            #expect(rows.count == 2)
            let runs = try rows.map { try #require($0[path: "id"]?.text) }
            #expect(try await workshop.reprise("show", runs[0]).text.contains("loss"))
            #expect(try await workshop.reprise("logs", runs[0]).text.contains("rate"))
            let compared = try await workshop.reprise("compare", runs[0], runs[1], expecting: 1)
            #expect(compared.text.contains("rate"))
            let found = try await workshop.json("query", "rate > 1 and metrics.loss.last > 0")
            #expect(found.listValue?.count == 1)
            let counted = try await workshop.reprise("query", "--sql", "select count(*) as n from runs")
            #expect(counted.text.contains("2"))
            try await look(workshop, at: runs[0])
            try await workshop.reprise("repeat", runs[0])
            let verdict = try await workshop.reprise("verify", runs[0])
            #expect(verdict.text.contains("same"))
            try await takeAway(workshop, runs[1])
        }
    }

    private func look(_ workshop: Workshop, at run: String) async throws {
        try await workshop.reprise("plot", run)
        try await workshop.reprise("plot", run, "-o", "loss.svg")
        try await workshop.reprise("plot", run, "-o", "loss.html")
        #expect(try workshop.text("loss.svg").contains("<svg"))
        #expect(try workshop.text("loss.html").contains("<html"))
        #expect(try await workshop.reprise("export", run).text.contains("parameters.rate"))
        let exported = try await workshop.reprise("export", run, "-f", "json").text
        #expect(try Value(json: exported).listValue?.count == 1)
        try await workshop.reprise("export", run, "-f", "ro-crate", "-o", "crate")
        #expect(try workshop.text("crate/ro-crate-metadata.json").contains("@graph"))
    }

    private func takeAway(_ workshop: Workshop, _ run: String) async throws {
        try await workshop.reprise("delete", run)
        #expect(try await workshop.json("list", "--deleted").listValue?.count == 1)
        try await workshop.reprise("restore", run)
        #expect(try await workshop.json("list", "--deleted").listValue?.isEmpty == true)
        try await workshop.reprise("delete", run)
        try await workshop.reprise("gc", "--keep", "0")
        try await workshop.reprise("show", run, expecting: 2)
        // What stays can still be repeated.
        try await workshop.reprise("verify", "@last")
    }

    @Test func `detach, attach and stop`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(
                "command: \"trap '' TERM; echo begun; while :; do sleep 0.1; done\"\n",
                to: "deaf.exp.yaml"
            )
            try workshop.write("command: \"sleep 0.5; echo done\"\n", to: "short.exp.yaml")
            let grace = ["REPRISE_QUEUE_GRACE": "1s"]
            try await workshop.reprise("run", "short.exp.yaml", "--detach")
            let followed = try await workshop.reprise("attach", "@last").errorText
            #expect(followed.hasPrefix("0 of 1 ended  1 ") || followed.hasPrefix("1 of 1 ended"), "\(followed)")
            #expect(try await workshop.reprise("logs", "@last").text == "done\n")
            for verb in ["attach", "watch"] {
                let lines = try await workshop.reprise(verb, "@last", "--json").text.split(separator: "\n")
                let first = try Value(json: String(try #require(lines.first)))
                #expect(first[path: "event"] == "standing")
                #expect(first[path: "runs"]?.listValue?.first?[path: "state"] == "finished")
            }
            try await workshop.reprise("run", "deaf.exp.yaml", "--detach", variables: grace)
            try await workshop.reprise("stop", "@last", variables: grace)
            let row = try #require(try await workshop.json("list", "--limit", "1").listValue?.first)
            #expect(row[path: "state"] == "cancelled")
            try await workshop.reprise("wait", "--all")
        }
    }

    @Test func `verify names the step where the series part, and has nothing to say where nothing is kept`()
        async throws
    {
        try await Workshop.use { workshop in
            try workshop.write(drifting, to: "drift.exp.yaml")
            try workshop.write("command: echo hi\n", to: "bare.exp.yaml")
            try await workshop.reprise("run", "drift.exp.yaml")
            let differs = try await workshop.reprise("verify", "@last", expecting: 1)
            #expect(differs.text.contains("step 3"), "\(differs.text)")
            try await workshop.reprise("run", "bare.exp.yaml")
            let stepless = try await workshop.reprise("logs", "@last", "--step", "a", expecting: 2)
            #expect(stepless.errorText.contains("without steps"))
            let undecided = try await workshop.reprise("verify", "@last", expecting: 2)
            #expect(undecided.text.contains("nothing to compare"))
        }
    }

    @Test func `repeat needs the snapshot alone`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: sh program.sh\noutputs: [out.txt]\n", to: "code/a.exp.yaml")
            try workshop.write("echo kept > out.txt\n", to: "code/program.sh")
            try await workshop.reprise("run", "code/a.exp.yaml", "--store", "../store")
            try LiveFileSystem().remove(workshop.project + "/code")
            let verdict = try await workshop.reprise("verify", "@last", "--store", "../store")
            #expect(verdict.text.contains("same"))
        }
    }

    @Test func `snapshot and data keep and check what runs depend on`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: cat program.txt\ndata: {d: d.csv}\n", to: "a.exp.yaml")
            try workshop.write("one\n", to: "program.txt")
            try workshop.write("1\n", to: "d.csv")
            try await workshop.reprise("data", "add", "a.exp.yaml")
            try await workshop.reprise("data", "verify", "a.exp.yaml")
            try await workshop.reprise("snapshot", "create", "a.exp.yaml", "--name", "first")
            try workshop.write("two\n", to: "program.txt")
            try await workshop.reprise("snapshot", "create", "a.exp.yaml", "--name", "second")
            #expect(try await workshop.json("snapshot", "list").listValue?.count == 2)
            #expect(try await workshop.reprise("snapshot", "show", "first").text.contains("manifest.code.tree"))
            let differs = try await workshop.reprise("snapshot", "compare", "first", "second", expecting: 1)
            #expect(differs.text.contains("program.txt"))
            try await workshop.reprise("snapshot", "verify", "first")
            try await workshop.reprise("snapshot", "restore", "first", "--to", "old")
            #expect(try workshop.text("old/program.txt") == "one\n")
            try await workshop.reprise("snapshot", "export", "first", "--to", "first.tar.gz")
            #expect(try LiveFileSystem().exists(workshop.project + "/first.tar.gz"))
            try await workshop.reprise("run", "a.exp.yaml", "--snapshot", "first")
            #expect(try await workshop.reprise("logs", "@last").text == "one\n")
        }
    }

    @Test func `limits, retries and failing steps end as they say`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: [sleep, \"60\"]\nresources: {time: 1s}\n", to: "slow.exp.yaml")
            try workshop.write(
                "command: 'test $REPRISE_ATTEMPT -ge 2'\nretry: {attempts: 2, on: [failed]}\n",
                to: "again.exp.yaml"
            )
            try workshop.write(
                "steps: {a: {command: \"exit 3\"}, b: {command: \"touch ran\", needs: [a]}}\n",
                to: "steps.exp.yaml"
            )
            let slow = try await workshop.reprise("run", "slow.exp.yaml", expecting: 143)
            #expect(slow.errorText.contains("time limit of 1 s"))
            try await workshop.reprise("run", "again.exp.yaml")
            try await workshop.reprise("run", "steps.exp.yaml", expecting: 3)
            #expect(try await workshop.reprise("show", "@last").text.contains("step a failed"))
        }
    }

    @Test func `begin with init, and doctor finds nothing wrong with what they made`() async throws {
        try await Workshop.use { workshop in
            try await workshop.reprise("init")
            #expect(try Value(json: await workshop.reprise("init", "--schema").text)[path: "title"] != nil)
            let checked = try await workshop.reprise("doctor")
            #expect(!checked.text.contains("problem"))
            for shell in ["bash", "zsh", "fish"] {
                #expect(try await workshop.reprise("completion", shell).text.contains("reprise"))
            }
        }
    }
}

private let curve = """
    name: curve
    parameters: {rate: 1}
    seed: 7
    command: |
      echo "rate {{ rate }}"
      for i in 1 2 3; do echo "{\\"step\\": $i, \\"loss\\": $((i * {{ rate }}))}" >> "$REPRISE_METRICS"; done
      echo {{ rate }} > out.txt
    outputs: [out.txt]

    """

/// The same at steps 1 and 2, another at step 3 each time.
private let drifting = """
    name: drift
    command: |
      for i in 1 2; do echo "{\\"step\\": $i, \\"loss\\": $i}" >> "$REPRISE_METRICS"; done
      echo "{\\"step\\": 3, \\"loss\\": $(date +%s%N)}" >> "$REPRISE_METRICS"
    metrics: {loss: {tolerance: 0}}

    """
