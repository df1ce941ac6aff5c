import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseYAML
import Testing

@testable import RepriseExperiments

@Suite struct `Reading an experiment` {
    @Test func `a whole file becomes a plan`() async throws {
        let plan = try await plan(
            """
            name: digits
            project: digits-2026
            description: A small network, lr {{ lr }}.
            tags: [baseline, "{{ optimizer.name }}"]
            parameters:
              lr: 0.01
              hidden: 64
              optimizer: {name: adam, beta1: 0.9}
            seed: 7
            command: python3 train.py --lr {{ lr }}
            environment:
              variables: {TOKENIZERS_PARALLELISM: "false", RATE: "{{ lr }}", S: "{{ seed }}"}
              credentials: {HUB_TOKEN: hub-token}
            code: {include: [], exclude: ["*.ckpt"]}
            data:
              train: data/train.csv
              test: {path: ../test.csv, sha256: \(String(repeating: "0a", count: 32))}
              third: {uri: "file:///srv/third.csv"}
            outputs: [model.json, {path: "plots/*.png", tolerance: {relative: 1e-3}}]
            resources: {cpus: 2, memory: 4GiB, gpus: 1, time: 30m, disk: 10GiB}
            retry: {attempts: 3, on: [preempted, lost, failed]}
            metrics:
              accuracy: {goal: maximize, tolerance: 1e-6}
            settings: {target: local}
            determinism: false
            """
        )
        let variant = try #require(plan.variants.first)
        #expect(plan.variants.count == 1)
        #expect(variant.name == "digits")
        #expect(plan.project == "digits-2026")
        #expect(variant.description == "A small network, lr 0.01.")
        #expect(variant.tags == ["baseline", "adam"])
        #expect(variant.seed == Seed(7))
        #expect(variant.values == ["lr": 0.01, "hidden": 64, "optimizer": ["name": "adam", "beta1": 0.9]])
        #expect(variant.parameters.map(\.name) == ["lr", "hidden", "optimizer.name", "optimizer.beta1"])
        #expect(variant.parameters[0].origin == "a.exp.yaml:6:7")
        #expect(variant.steps.map(\.command) == [.shell([.text("python3 train.py --lr 0.01")])])
        let expected = Resources(cpus: 2, memory: 4 << 30, gpus: 1, time: 1_800_000, disk: 10 << 30)
        #expect(variant.steps[0].resources == expected)
        #expect(variant.steps[0].retry == RetryPolicy(attempts: 3, on: [.preempted, .lost, .failed]))
        #expect(variant.variables == ["TOKENIZERS_PARALLELISM": "false", "RATE": "0.01", "S": "7"])
        #expect(plan.credentials == ["HUB_TOKEN": "hub-token"])
        #expect(plan.code == ExperimentCode(include: [], exclude: ["*.ckpt"]))
        #expect(plan.data.map(\.name) == ["train", "test", "third"])
        #expect(plan.data[0].path == plan.folder + "/data/train.csv")
        #expect(plan.data[1].digest?.short == "0a0a0a0a0a0a")
        #expect(plan.data[2].path == "/srv/third.csv")
        #expect(plan.outputs.map(\.tolerance) == [.bitwise, .within(absolute: 0, relative: 1e-3)])
        #expect(
            plan.metrics["accuracy"] == MetricRule(goal: .maximize, tolerance: .within(absolute: 1e-6, relative: 0))
        )
        #expect(plan.settings?.value == ["target": "local"])
        #expect(plan.determinism == false)
        #expect(plan.isSeedDrawn == false)
    }

    @Test func `what is left out gets the smallest meaning`() async throws {
        let plan = try await plan("command: [echo, 1, 0.5]")
        let variant = try #require(plan.variants.first)
        #expect(variant.name == "a")
        #expect(plan.project == "p")
        #expect(variant.seed == Seed(42))
        #expect(plan.isSeedDrawn)
        #expect(variant.values == .map([:]))
        #expect(variant.parameters.isEmpty)
        #expect(variant.steps[0].command == .list([[.text("echo")], [.text("1")], [.text("0.5")]]))
        #expect(plan.determinism)
    }

    @Test func `JSON is read as well`() async throws {
        let folder = try ExperimentFolder(["a.json": #"{"parameters": {"x": [1, 2.5, null]}, "command": "true"}"#])
        let plan = try #require(try await folder.plan("a.json").first)
        #expect(plan.values == ["x": [1, 2.5, .null]])
        #expect(plan.variants[0].name == "a")
    }

    @Test func `a dotted key of parameters is a nested one`() async throws {
        let plan = try await plan(
            "parameters: {optimizer.lr: 1, optimizer.name: sgd, optimizer: {beta: 2}}\ncommand: x"
        )
        #expect(plan.values == ["optimizer": ["lr": 1, "name": "sgd", "beta": 2]])
        let error = try await mistake("parameters:\n  a: {b: 1}\n  a.b: 2\ncommand: x")
        #expect(error.code == "duplicate-key")
        #expect(error.place?.line == 3)
    }
}

@Suite struct `Extending` {
    @Test func `files are merged in order and this file is last`() async throws {
        let folder = try ExperimentFolder([
            "base/common.exp.yaml":
                "parameters: {a: 1, b: {c: 1, d: 1}, list: [1, 2]}\ndata: {x: x.csv}\ncommand: echo",
            "base/more.exp.yaml": "parameters: {b: {c: 2}}\ndata: {y: y.csv}",
            "a.exp.yaml":
                "extends: [base/common.exp.yaml, base/more.exp.yaml]\nparameters:\n  b.d: 3\n  list: [9]\n  a: !remove\n",
        ])
        let plan = try #require(try await folder.plan().first)
        #expect(plan.values == ["b": ["c": 2, "d": 3], "list": [9]])
        #expect(plan.data.map(\.path) == ["\(folder.path)/base/x.csv", "\(folder.path)/base/y.csv"])
        #expect(
            plan.variants[0].parameters.map(\.origin) == [
                "base/more.exp.yaml:1:21", "a.exp.yaml:3:8", "a.exp.yaml:4:9",
            ]
        )
        #expect(plan.variants[0].name == "a")
    }

    @Test func `a file that is extended twice on different ways is no circle`() async throws {
        let folder = try ExperimentFolder([
            "a.exp.yaml": "extends: [b.yaml, c.yaml]\ncommand: x", "b.yaml": "extends: d.yaml",
            "c.yaml": "extends: d.yaml",
            "d.yaml": "parameters: {x: 1}",
        ])
        #expect(try await folder.plan().first?.values == ["x": 1])
    }

    @Test func `a circle is refused with its chain`() async throws {
        let folder = try ExperimentFolder([
            "a.exp.yaml": "extends: sub/b.yaml\ncommand: x", "sub/b.yaml": "extends: [c.yaml]",
            "sub/c.yaml": "name: c\nextends: ['../a.exp.yaml']",
        ])
        let error = try await #require(throws: Mistake.self) { try await folder.load() }
        #expect(error.what == "files extend each other in a circle: `a.exp.yaml` → `b.yaml` → `c.yaml` → `a.exp.yaml`")
        #expect(error.place == Place(file: "sub/c.yaml", line: 2, column: 11))
    }
}

@Suite struct `Programs as experiments` {
    @Test func `a specs file in Python gives a list`() async throws {
        let folder = try ExperimentFolder([
            "specs.py": """
            import dataclasses, enum, pathlib
            print("noise on standard output")
            class Kind(enum.Enum):
                ADAM = "adam"
            @dataclasses.dataclass
            class Spec:
                name: str
                parameters: dict
                command: list
            class Loose:
                command = "true"
                def __init__(self):
                    self.parameters = {"z": 1, "a": (1, 2), "big": 2**62}
            def spec():
                yield Spec("one", {"lr": 0.1, "kind": Kind.ADAM, "path": pathlib.Path("x/y")}, ["echo"])
                yield Loose()
            """
        ])
        let plans = try await folder.plan("specs.py")
        #expect(
            plans.map(\.values) == [
                ["lr": 0.1, "kind": "adam", "path": "x/y"], ["z": 1, "a": [1, 2], "big": .integer(1 << 62)],
            ]
        )
        #expect(plans.flatMap(\.variants).map(\.number) == [0, 1])
        #expect(plans.flatMap(\.variants).map(\.seed) == [Seed(42).child(0), Seed(42).child(1)])
        #expect(plans[1].variants[0].name == "specs")
        #expect(plans[1].variants[0].parameters[0].origin == "specs.py (experiment 2)")
    }

    @Test func `an executable prints one experiment in its own folder`() async throws {
        let folder = try ExperimentFolder(["sub/rate.txt": "0.5"])
        try folder.write(
            "#!/bin/sh\nprintf 'parameters: {lr: %s}\\ncommand: echo\\ndata: {x: x.csv}\\n' $(cat rate.txt)\n",
            to: "sub/make",
            executable: true
        )
        let plan = try #require(try await folder.plan("sub/make").first)
        #expect(plan.values == ["lr": 0.5])
        #expect(plan.data[0].path == folder.path + "/sub/x.csv")
        #expect(plan.variants[0].parameters[0].origin == "output of sub/make:1:18")
        #expect(plan.source == "sub/make")
    }

    @Test func `a program that fails is named with its last words`() async throws {
        let folder = try ExperimentFolder(["specs.py": "def spec():\n    raise ValueError('no rates')\n"])
        let error = try await #require(throws: Mistake.self) { try await folder.load("specs.py") }
        #expect(error.what == "`spec() of specs.py` ended with status 1 instead of printing an experiment")
        #expect(error.why?.hasSuffix("ValueError: no rates") == true)
    }
}
