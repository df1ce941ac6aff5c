import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseYAML
import Testing

@testable import RepriseExperiments

/// A bad experiment, and what is typed beside it.
private struct BadInput {
    var text: String
    var overrides: [String] = []

    init(_ text: String, _ overrides: String...) {
        self.text = text
        self.overrides = overrides
    }
}

private let good = "parameters: {lr: 0.1, hidden: 64, kind: adam, optimizer: {beta1: 0.9}}\ncommand: echo\n"

private let badFiles: [BadInput] = [
    BadInput("nme: x\ncommand: echo"), BadInput("command: echo\nresources: {cpu: 2}"), BadInput("[1, 2]"), BadInput(""),
    BadInput("name: 2026\ncommand: echo"), BadInput("name: \"\"\ncommand: echo"), BadInput("name: x"),
    BadInput("command: echo\nsteps: {a: {command: x}}"), BadInput("command: []"), BadInput("command: true"),
    BadInput("command: [echo, true]"), BadInput("command: [echo, [x]]"), BadInput("command: {run: x}"),
    BadInput("command: echo\nresources: {cpus: two}"), BadInput("command: echo\nresources: {cpus: 0}"),
    BadInput("command: echo\nresources: {memory: lots}"), BadInput("command: echo\nresources: {time: 0}"),
    BadInput("command: echo\nretry: {on: [fail]}"), BadInput("command: echo\nseed: -1"),
    BadInput("command: echo\nseed: 99999999999999999999"), BadInput("command: echo\ndeterminism: yes"),
    BadInput("command: echo\noutputs: [../x]"), BadInput("command: echo\noutputs: /etc/passwd"),
    BadInput("command: echo\noutputs: [{tolerance: 1}]"), BadInput("command: echo\nmetrics: {a: {goal: max}}"),
    BadInput("command: echo\nmetrics: {a: {tolerance: -1}}"),
    BadInput("command: echo\nmetrics: {a: {tolerance: fuzzy}}"),
    BadInput("command: echo\nmetrics: {a: {tolerance: statistical}}"),
    BadInput("command: echo\nenvironment: {image: \"\"}"), BadInput("command: echo\nenvironment: {image: [a]}"),
    BadInput("command: echo\nenvironment: {image: 3.12}"),
    BadInput("command: echo\nenvironment: {image: python:3, build: {dockerfile: D}}"),
    BadInput("command: echo\nenvironment: {imge: python:3}"),
    BadInput("command: echo\nenvironment: {image: \"python:{{ version }}\"}"),
    BadInput("command: echo\nenvironment: {image: \"python:{{ seed }}\"}"),
    BadInput("parameters: {v: \" \"}\ncommand: echo\nenvironment: {image: \"{{ v }}\"}"),
    BadInput("command: echo\nenvironment: {host: true, image: python:3}"),
    BadInput("command: echo\nenvironment: {host: true, network: none}"),
    BadInput("command: echo\nenvironment: {host: yes}"),
    BadInput("command: echo\nenvironment: {build: {}}"), BadInput("command: echo\nenvironment: {build: Dockerfile}"),
    BadInput("command: echo\nenvironment: {build: {dockerfile: D, definition: E}}"),
    BadInput("command: echo\nenvironment: {build: {dockerfile: \"\"}}"),
    BadInput("command: echo\nenvironment: {build: {dockerfle: D}}"),
    BadInput("command: echo\nenvironment: {build: {dockerfile: D, arguments: {A-B: 1}}}"),
    BadInput("command: echo\nenvironment: {image: a, shared-memory: much}"),
    BadInput("command: echo\nenvironment: {image: a, shared-memory: 0}"),
    BadInput("command: echo\nenvironment: {image: a, shared-memory: -1}"),
    BadInput("command: echo\nenvironment: {image: a, read-only: maybe}"),
    BadInput("steps: {a: {command: x, environment: {image: a, variables: {X: y}}}}"),
    BadInput("steps: {a: {command: x, environment: {host: true, read-only: true}}}"),
    BadInput("command: echo\nenvironment: {network: of}"), BadInput("command: echo\nenvironment: {variables: {1X: a}}"),
    BadInput("command: echo\nenvironment: {variables: {REPRISE_SEED: a}}"),
    BadInput("command: echo\nenvironment: {variables: {A: true}}"),
    BadInput("command: echo\nenvironment: {variables: {A: x}, credentials: {A: token}}"),
    BadInput("command: echo\ndata: {x: {uri: \"s3://bucket/x\"}}"),
    BadInput("command: echo\ndata: {x: https://host/x}"),
    BadInput("command: echo\ndata: {x: {}}"), BadInput("command: echo\ndata: {x: {path: a, sha256: abc}}"),
    BadInput("command: echo\ndata: {x-y: a, x_y: b}"), BadInput("steps: {}"), BadInput("steps: {a b: {command: x}}"),
    BadInput("steps: {a: {needs: b}}"),
    BadInput("steps: {prepare: {command: x}, train: {command: x, needs: [prepar]}}"),
    BadInput("steps: {a: {command: x, needs: [b]}, b: {command: x, needs: c}, c: {command: x, needs: b}}"),
    BadInput("steps: {a: {command: x, needs: [b]}}"),
    BadInput("steps: {train: {command: x}}", "steps.trian.split=3"),
    BadInput("parameters: {lr: 1}\ncommand: x\nsweep: {random: {count: 2, lr: unifrom(1,2)}}"),
    BadInput("steps: {a: {command: x, split: 0}}"), BadInput("steps: {a: {command: \"echo {{ split }}\"}}"),
    BadInput("a: 1\na: 2"), BadInput("a: [1"), BadInput("a: !removed"), BadInput("lr: !remove\ncommand: echo"),
    BadInput("extends: none.yaml\ncommand: echo"), BadInput("extends: [a.exp.yaml]\ncommand: echo"),
    BadInput("extends: {a: b}"),
    BadInput("parameters: {a..b: 1}\ncommand: x"), BadInput("parameters: [1]\ncommand: x"),
    BadInput(good + "name: \"{{ rl }}\""), BadInput(good + "name: \"{{ outputs }}\""),
    BadInput("parameters: {lr: 1}\ncommand: echo {{ rl }}"), BadInput("command: echo {{ lr"),
    BadInput("command: echo {{ }}"),
    BadInput("command: \"docker --format '{{.Name}}'\""), BadInput("parameters: {x: 1}\ncommand: echo \\{{ x }}"),
    BadInput("command: |\n  echo a\n  echo {{ dta.x }}\ndata: {x: x.csv}"),
]

private let badSweeps: [BadInput] = [
    BadInput(good + "sweep: {grid: {rl: [1, 2]}}"), BadInput(good + "sweep: {grid: {lr: []}}"),
    BadInput(good + "sweep: {grid: {lr: 5}}"), BadInput(good + "sweep: {grid: {lr: fast}}"),
    BadInput(good + "sweep: {grid: {lr: \"log(1e-4, 1)\"}}"), BadInput(good + "sweep: {grid: {lr: \"rang(1, 4)\"}}"),
    BadInput(good + "sweep: {grid: {lr: \"range(1, 4, 0)\"}}"), BadInput(good + "sweep: {grid: {lr: \"range(a)\"}}"),
    BadInput(good + "sweep: {zip: {lr: [1, 2], hidden: [1]}}"), BadInput(good + "sweep: {list: []}"),
    BadInput(good + "sweep: {random: {lr: \"log(1, 2)\"}}"), BadInput(good + "sweep: {random: {count: 3}}"),
    BadInput(good + "sweep: {random: {count: 3, lr: \"log(0, 2)\"}}"),
    BadInput(good + "sweep: {random: {count: 3, lr: 5}}"),
    BadInput(good + "sweep: {grid: {lr: [1, 2]}, where: lr > 5}"),
    BadInput(good + "sweep: {grid: {lr: [1, 2]}, where: rl > 5}"),
    BadInput(good + "sweep: {grid: {lr: [1, 2]}, where: lr >}"),
    BadInput(good + "sweep: {grid: {lr: [1, 2]}, where: lr}"),
    BadInput(good + "sweep: {grid: {hidden: \"range(0, 100000)\"}}"), BadInput(good + "sweep: {order: random}"),
    BadInput(good + "sweep: {repeats: 0}"), BadInput(good + "sweep: {list: [{new: 1}, {lr: 2}]}\nname: \"{{ new }}\""),
]

private let badOverrides: [BadInput] = [
    BadInput(good, "rl=1"), BadInput(good, "lr"), BadInput(good, "=1"), BadInput(good, "lr="), BadInput(good, "+new= "),
    BadInput(good, "a..b=1"),
    BadInput(good, "~lr=1"),
    BadInput(good, "~zzz"), BadInput(good, "+lr=1"), BadInput(good, "lr=fast"), BadInput(good, "kind=5"),
    BadInput(good, "hidden=[1]"), BadInput(good, "optimizer=3"), BadInput(good, "lr=0.1,"), BadInput(good, "lr=[1"),
    BadInput(good, "kind=\"x"), BadInput(good, "optimizer={beta1:1}"), BadInput(good, "lr=range(1,1)"),
    BadInput(good, "seed=1,2"), BadInput(good, "seed=x"), BadInput(good, "resources.cpu=1"), BadInput(good, "+lr.x=1"),
    BadInput(good, "hidden=99999999999999999999"), BadInput(good, "lr=0.1,fast"), BadInput(good, "lr=log(1,2)"),
    BadInput(good, "hiden=3"),
    BadInput(good, "+" + Array(repeating: "a", count: 20_000).joined(separator: ".") + "=1"),
    BadInput("command: echo", "lr=1"),
]

@Suite struct `Golden` {
    @Test func `every bad input gets a clear message`() async throws {
        var lines: [String] = []
        for input in badFiles + badSweeps + badOverrides {
            let error = try await mistake(input.text, input.overrides)
            let added = input.text.hasPrefix(good) ? String(input.text.dropFirst(good.count)) : input.text
            let shown = ([String(added.prefix(200))] + input.overrides.map { String($0.prefix(200)) })
                .joined(separator: " ⟵ ").replacing("\n", with: "⏎")
            lines += ["» \(shown)", "[\(error.code)] \(error)", ""]
            #expect(error.code != "no-error", "`\(shown)` was planned")
            #expect(error.place != nil, "`\(shown)`: \(error)")
            #expect(error.fault == .usage)
        }
        try expectGolden(lines.joined(separator: "\n"), "errors.txt")
    }

    @Test func `the JSON Schema`() throws { try expectGolden(experimentSchemaJSON(), "experiment.schema.json") }

    @Test func `what is named beside an experiment gets a clear message`() async throws {
        let folder = try ExperimentFolder([
            "digits.exp.yaml": "command: x", "notes.txt": "x", "empty.py": "x = 1", "sub/a.exp.yaml": "command: x",
            "wrong.py": "def spec():\n    return {'parameters': {1: 2}}",
            "nan.py": "def spec():\n    return {'a': float('nan')}",
            "huge.exp.yaml": String(repeating: "# filler\n", count: 1_000_000), "none.py": "def spec():\n    return []",
        ])
        try folder.write("#!/bin/sh\necho oops >&2\nexit 3\n", to: "fails", executable: true)
        try folder.write("#!/bin/sh\n", to: "silent", executable: true)
        try folder.write("#!/nowhere/sh\n", to: "lost", executable: true)
        var lines: [String] = []
        for name in [
            "digit.exp.yaml", "digits", "zzz", "sub", "notes.txt", "empty.py", "wrong.py", "nan.py", "none.py",
            "huge.exp.yaml",
            "fails", "silent", "lost",
        ] {
            do {
                _ = try await folder.load(name)
                Issue.record("`\(name)` was read")
            } catch let error as any RepriseError {
                lines += ["» \(name)", "[\(error.code)] \(error)", ""]
            }
        }
        try expectGolden(lines.joined(separator: "\n").replacing(folder.path, with: "FOLDER"), "sources.txt")
    }
}

@Suite struct `Hostile input` {
    @Test func `ends in an error with a place or in a plan`() throws {
        var generator = SeededGenerator(seed: 2026)
        let seeds = (badFiles + badSweeps).map(\.text)
        let bits = [
            "{", "}", "[", "]", ":", "\n", "  ", "- ", "\"", "'", "{{", "}}", "&a ", "*a", "!remove", "\t", "#", ",",
            "0", "\u{0}", "é",
        ]
        var planned = 0
        for _ in 0..<1500 {
            var text = Array(seeds[Int(generator.next() % UInt64(seeds.count))])
            for _ in 0..<(1 + generator.next() % 4) {
                let index = Int(generator.next() % UInt64(text.count + 1))
                switch generator.next() % 3 {
                case 0 where index < text.count: text.remove(at: index)
                case 1 where index < text.count: text.removeSubrange(index..<min(text.count, index + 5))
                default: text.insert(contentsOf: bits[Int(generator.next() % UInt64(bits.count))], at: index)
                }
            }
            planned += try outcome(String(text))
        }
        #expect(planned > 10, "nothing was planned: the fuzz tests errors alone")
    }

    /// 1 where it was planned, 0 where it was refused with a place.
    private func outcome(_ text: String) throws -> Int {
        do {
            guard let root = try YAMLReader(knownTags: [removeTag]).read(text, file: "a.yaml") else { return 0 }
            var reader = ExtendsReader(files: LiveFileSystem())
            let merged = try reader.extended(root, path: "/nowhere/a.yaml", shown: "a.yaml", chain: [])
            let file = ExperimentFile(root: merged, source: "a.yaml", folder: "/nowhere")
            _ = try file.experiment().plan(PlanOptions(drawnSeed: Seed(1), project: "p"))
            return 1
        } catch let error as Mistake {
            #expect(error.place != nil, "\(text)\n\(error)")
            return 0
        }
    }

    @Test func `of overrides ends in an error with a place or in a change`() throws {
        var generator = SeededGenerator(seed: 7)
        let root = LocatedValue(
            ["parameters": ["lr": 0.1, "a": ["b": 1], "s": "x", "l": [1]], "command": "x"],
            at: Place(file: "f")
        )
        let file = ExperimentFile(root: root, source: "f", folder: "/nowhere")
        let bits = [
            "lr", "a.b", "a", "s", "l", "=", "+", "~", ",", "[", "]", "{", "}", "(", ")", "\"", "'", "\\", "1", "x",
            " ", ".",
            "range(", "log(1,2)", "seed", "sweep.grid.lr", "repeats", "null", "tags", "resources.cpus", ":", "é",
            "parameters",
        ]
        var applied = 0
        for _ in 0..<8000 {
            let text = (0..<(1 + generator.next() % 7)).map { _ in bits[Int(generator.next() % UInt64(bits.count))] }
                .joined()
            do {
                _ = try file.applying(overrides: [text], sweeps: []).experiment()
                applied += 1
            } catch let error as Mistake {
                #expect(error.place != nil, "\(text)\n\(error)")
            }
        }
        #expect(applied > 10)
    }
}
