import Foundation
import RepriseModel
import RepriseSystem
import Testing

/// One mistake that a person can make, and the words that the answer must have.
struct BadInput: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var file: String
    var arguments: [String]
    var words: [String]

    init(_ description: String, _ file: String, _ arguments: [String] = [], words: String...) {
        testDescription = description
        self.file = file
        self.arguments = arguments
        self.words = words
    }
}

/// Bad input gets a message with place, reason and remedy, exit status 2, and leaves nothing behind.
@Suite struct `Bad input` {
    @Test(arguments: mistakes)
    func `is refused before anything is queued`(_ mistake: BadInput) async throws {
        try await Workshop.use { workshop in
            try workshop.write(mistake.file, to: "bad.exp.yaml")
            let result = try await workshop.run(["run", "bad.exp.yaml"] + mistake.arguments, expecting: 2)
            for word in mistake.words {
                #expect(result.errorText.contains(word), "no `\(word)` in\n\(result.errorText)")
            }
            #expect(result.errorText.hasPrefix("error: "))
            #expect(result.text.isEmpty)
            let hasStore = try LiveFileSystem().exists(workshop.project + "/.reprise")
            if hasStore {
                #expect(try await workshop.json("list").listValue?.isEmpty == true)
            }
        }
    }

    @Test func `of a parameter file of fifty megabytes is refused at once`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("parameters:\n  a: \"" + String(repeating: "x", count: 50_000_000), to: "big.exp.yaml")
            let result = try await workshop.reprise("run", "big.exp.yaml", expecting: 2)
            #expect(result.errorText.contains("error: big.exp.yaml: the file has 47.7 MiB"))
            #expect(result.errorText.contains("fix: "))
        }
    }

    @Test func `of data that changed since they were locked is refused until they are added`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: cat {{ data.d }}\ndata: {d: d.csv}\n", to: "data.exp.yaml")
            try workshop.write("1\n", to: "d.csv")
            try await workshop.reprise("run", "data.exp.yaml")
            try workshop.write("2\n", to: "d.csv")
            let refused = try await workshop.reprise("run", "data.exp.yaml", expecting: 2)
            for word in ["`d`", "reprise.lock", "locked: ", "found: ", "reprise data add"] {
                #expect(refused.errorText.contains(word), "no `\(word)` in\n\(refused.errorText)")
            }
            #expect(try await workshop.json("list").listValue?.count == 1)
            try await workshop.reprise("data", "status", "data.exp.yaml", expecting: 1)
            try await workshop.reprise("data", "add", "data.exp.yaml", "d")
            try await workshop.reprise("run", "data.exp.yaml")
        }
    }

    @Test func `to sort by a name that no run has is answered with the nearest one`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(
                "parameters: {rate: 0.1}\ncommand: [echo, '::metric {\"loss\":1}']\n",
                to: "sort.exp.yaml"
            )
            try await workshop.reprise("run", "sort.exp.yaml")
            let near = try await workshop.reprise("list", "--sort", "rat", expecting: 2)
            #expect(near.errorText.contains("did you mean `rate`?"))
            let metric = try await workshop.reprise("list", "--sort", "-loss", expecting: 2)
            #expect(metric.errorText.contains("did you mean `metrics.loss`?"))
            #expect(try await workshop.json("list", "--sort", "metrics.loss").listValue?.count == 1)
        }
    }

    @Test func `in the code folder stops the snapshot and says what to write where`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: echo hi\n", to: "a.exp.yaml")
            try workshop.write("TOKEN=1\n", to: ".env")
            let refused = try await workshop.reprise("run", "a.exp.yaml", expecting: 2)
            #expect(refused.errorText.contains("`.env`"))
            #expect(refused.errorText.contains(".repriseignore"))
            #expect(try await workshop.json("list").listValue?.isEmpty == true)
        }
    }

    @Test func `of a store that a newer version wrote is left alone`() async throws {
        try await Workshop.use { workshop in
            try workshop.write("command: echo hi\n", to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml")
            // By SQLite itself: the page may still be in the log beside the file.
            let raise = "import sqlite3; sqlite3.connect('.reprise/reprise.db').execute('PRAGMA user_version = 9999')"
            #expect(try await workshop.shell("python3 -c \"\(raise)\"").status == 0)
            for arguments in [["list"], ["run", "a.exp.yaml"]] {
                let refused = try await workshop.run(arguments, expecting: 2)
                #expect(refused.errorText.contains("format 9999"), "\(refused.errorText)")
                #expect(refused.errorText.contains("fix: use the newer `reprise`"))
            }
        }
    }

    @Test(arguments: commandLines)
    func `on the command line is answered with the nearest known word`(_ mistake: BadInput) async throws {
        try await Workshop.use { workshop in
            try workshop.write("parameters: {lr: 1}\ncommand: echo hi {{ lr }}\n", to: "ok.exp.yaml")
            let result = try await workshop.run(mistake.arguments, expecting: 2)
            for word in mistake.words {
                #expect(result.errorText.contains(word), "no `\(word)` in\n\(result.errorText)")
            }
        }
    }

    @Test func `from a program is kept and reported, and never fatal`() async throws {
        try await Workshop.use { workshop in
            try workshop.write(noise, to: "noise.exp.yaml")
            try await workshop.reprise("run", "noise.exp.yaml")
            let run = try await workshop.json("show", "@last")
            let record = run.listValue?.first ?? run
            #expect(record[path: "state"] == "finished")
            let text = try await workshop.reprise("show", "@last", "--no-curves").text
            for word in ["Infinity", "garbage", "::metric nonsense", "notes"] {
                #expect(text.contains(word), "no `\(word)` in\n\(text)")
            }
            let logs = try await workshop.reprise("logs", "@last")
            #expect(logs.output.count > 3_000_000)
        }
    }
}

private let noise = """
    command: |
      head -c 3000000 /dev/zero | tr '\\0' a
      printf '\\000\\377\\376\\n::metric {"step": 1, "loss": NaN}\\n::metric nonsense\\n'
      echo garbage >> "$REPRISE_METRICS"
      echo '{"step": 2, "loss": "Infinity"}' >> "$REPRISE_METRICS"
      printf '{"step": 3, "loss": 2}' >> "$REPRISE_METRICS"

    """

private let mistakes = [
    BadInput("an unknown key", "name: x\ncomand: echo\n", words: "bad.exp.yaml:2:1", "`comand`", "`command`"),
    BadInput(
        "a wrong type",
        "command: echo\nresources: {cpus: many}\n",
        words: "bad.exp.yaml:2:19",
        "`resources.cpus`",
        "`many`"
    ),
    BadInput("no YAML", "command: [a\nb: {", words: "bad.exp.yaml:2:", "not YAML"),
    BadInput("an empty file", "", words: "bad.exp.yaml", "fix: "),
    BadInput("no command", "name: x\n", words: "bad.exp.yaml", "`command`", "fix: "),
    BadInput("a key twice", "command: echo\nname: x\nname: y\n", words: "bad.exp.yaml:", "`name`", "twice"),
    BadInput(
        "a template with an unknown name",
        "parameters: {lr: 1}\ncommand: echo {{ lrr }}\n",
        words: "bad.exp.yaml:2:",
        "{{ lrr }}",
        "{{ lr }}"
    ),
    BadInput("extends in a circle", "extends: [bad.exp.yaml]\ncommand: echo\n", words: "bad.exp.yaml:1:11", "circle"),
    BadInput(
        "extends of nothing",
        "extends: [no.exp.yaml]\ncommand: echo\n",
        words: "bad.exp.yaml:1:11",
        "no.exp.yaml"
    ),
    BadInput(
        "a sweep over nothing",
        "parameters: {a: 1}\ncommand: echo\nsweep: {grid: {a: []}}\n",
        words: "bad.exp.yaml:3:19",
        "over nothing"
    ),
    BadInput(
        "a sweep of which nothing stays",
        "parameters: {a: 1}\ncommand: echo\nsweep: {grid: {a: [1, 2]}, where: a > 5}\n",
        words: "bad.exp.yaml:3:",
        "`where`"
    ),
    BadInput(
        "a hundred thousand variants without a word",
        "parameters: {a: 1, b: 1}\ncommand: echo\n",
        ["a=range(0,1000)", "b=range(0,100)"],
        words: "100000 runs",
        "--yes"
    ),
    BadInput("a command that is not there", "command: [nosuchcmd, -x]\n", words: "bad.exp.yaml", "`nosuchcmd`", "PATH"),
    BadInput("a shell's command that is not there", "command: nosuchcmd -x\n", words: "bad.exp.yaml", "`nosuchcmd`"),
    BadInput("a script that is not there", "command: [./nosuch.sh]\n", words: "bad.exp.yaml", "`./nosuch.sh`"),
    BadInput(
        "an image from nowhere",
        "command: echo\nenvironment: {image: \"docker-archve:tool.tar\"}\n",
        words: "bad.exp.yaml:2:",
        "`docker-archive:`"
    ),
    BadInput(
        "a recipe that is not there",
        "command: echo\nenvironment: {build: {dockerfile: Dockerfile}}\n",
        words: "bad.exp.yaml:2:",
        "`environment.build.dockerfile`"
    ),
    BadInput("data far away", "command: echo\ndata: {d: \"s3://bucket/x\"}\n", words: "bad.exp.yaml:2:", "`s3://`"),
    BadInput("data that are not there", "command: echo\ndata: {d: no.csv}\n", words: "`d`", "no.csv"),
    BadInput(
        "steps that need each other",
        "steps: {a: {command: echo, needs: [b]}, b: {command: echo, needs: [a]}}\n",
        words: "bad.exp.yaml:1:",
        "circle"
    ),
    BadInput("an output outside", "command: echo\noutputs: [../x]\n", words: "bad.exp.yaml:2:", "`../x`"),
    BadInput("an unknown parameter", "parameters: {lr: 1}\ncommand: echo\n", ["lrr=2"], words: "`lrr`", "`lr`"),
    BadInput("an unknown target", "command: echo\n", ["--on", "nowhere"], words: "`nowhere`", "`local`"),
    BadInput(
        "an image that a target of pods needs",
        "command: echo\n",
        ["--on", "pods", "--set", "targets.pods.kind=kubernetes"],
        words: "`pods`",
        "names no image"
    ),
    BadInput("an unknown setting", "command: echo\n", ["--set", "targt=x"], words: "`targt`", "`target`"),
    BadInput("a setting of a wrong type", "command: echo\n", ["--set", "targets.local.slots=many"], words: "`many`"),
]

private let commandLines = [
    BadInput("a verb", "", ["rum", "ok.exp.yaml"], words: "`rum`", "`reprise run`"),
    BadInput("an option", "", ["run", "ok.exp.yaml", "--detatch"], words: "`--detatch`", "`--detach`"),
    BadInput("a file", "", ["run", "ok.exp.yml"], words: "`ok.exp.yml`", "`ok.exp.yaml`"),
    BadInput("a setting", "", ["settings", "explain", "targt"], words: "`targt`", "`target`"),
    BadInput("data", "", ["data", "add", "ok.exp.yaml", "zzz"], words: "`zzz`", "names no data"),
    BadInput("a seed", "", ["run", "ok.exp.yaml", "--seed", "x"], words: "`x`", "--seed"),
    BadInput("a name", "", ["run", "ok.exp.yaml", "--name", ""], words: "`--name` is empty"),
    BadInput("a snapshot", "", ["run", "ok.exp.yaml", "--snapshot", "nope"], words: "`nope`"),
]
