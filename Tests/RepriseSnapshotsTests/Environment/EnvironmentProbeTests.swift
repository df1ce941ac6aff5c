import OrderedCollections
import RepriseModel
import RepriseSystem
import Synchronization
import Testing

@testable import RepriseSnapshots

@Suite struct `Environment fingerprint` {
    @Test(arguments: [
        ("python3 train.py --lr 0.1", ["python3"]), ("FOO=1 env -u X BAR=2 python train.py", ["python"]),
        ("cd sub && ./go.sh | tee log; Rscript a.R", ["./go.sh", "tee", "Rscript"]),
        ("uv run --with numpy python -m x", ["python"]), ("timeout -k 5 10m nice -n 5 julia a.jl", ["julia"]),
        ("poetry run python x", ["python"]), ("echo 'a; b' && \"node\" x.js", ["node"]),
        ("if test -f x; then make all; fi", ["make"]), ("true", ["true"]), ("", []),
    ])
    func `the programs that a shell text starts are found`(text: String, expected: [String]) {
        #expect(programs(of: Command.shell([.text(text)])) == expected)
    }

    @Test(arguments: [
        (#"echo "{\"step\": $i; done}" >> "$OUT"; train"#, ["train"]),
        (#"i=$((i + 1)); square $((i * (i - 1)))"#, ["square"]),
        ("x=$(date +%s; host) run it", ["run", "date", "host"]),
        ("python3 \"$(which tool)\" `pwd -P; hostname`", ["python3", "which", "hostname"]),
        ("cat <<END | sort\nnot a program; nor this\nEND\nmake 2>&1 | tee log &> x", ["cat", "sort", "make", "tee"]),
        ("# don't\nmake # all; of it\n", ["make"]), ("(cd x; make \\\n all) && ${CC:-cc x}", ["make", "_"]),
        ("for ((i = 0; i < 3; i++)); do step; done", ["step"]), ("echo \"\\", []), ("run '", ["run"]), ("x $(", ["x"]),
    ])
    func `quotes, arithmetic and substitutions of a shell text are no programs`(text: String, expected: [String]) {
        #expect(programs(of: Command.shell([.text(text)])) == expected)
    }

    @Test func `a script names its interpreter in its first line`() {
        #expect(scriptInterpreter(Array("#!/usr/bin/env -S python3 -u\nx".utf8)) == "python3")
        #expect(scriptInterpreter(Array("#! /bin/bash\n".utf8)) == "/bin/bash")
        #expect(scriptInterpreter(Array("print(1)".utf8)) == nil)
    }

    @Test func `a Python is asked once, and its packages are read from its folders each time`() async throws {
        let ground = try Playground()
        let bench = try Bench(ground)
        let first = try await bench.read("python3 train.py")
        #expect(first.fingerprint.facts["interpreter.version"] == "3.99.1 (main)")
        #expect(first.fingerprint.facts["package.numpy"] == "1.26.4")
        #expect(first.fingerprint.facts["package.scikit-learn"] == "1.4.0")
        #expect(first.fingerprint.facts["package.pip"] == "24.0")
        #expect(first.places["interpreter.path"] == .string(bench.python))
        _ = try await bench.read("python3 train.py")
        #expect(bench.runner.count == 1)
        try bench.install("numpy", "2.0.0", instead: "1.26.4")
        let second = try await bench.read("python3 train.py")
        #expect(second.fingerprint.facts["package.numpy"] == "2.0.0")
        #expect(bench.runner.count == 1)
        try ground.files.write("#!/bin/sh\n# another\n", to: bench.python, mode: 0o755)
        _ = try await bench.read("python3 train.py")
        #expect(bench.runner.count == 2)
    }

    @Test func `variables that matter are told, secrets never`() async throws {
        let ground = try Playground()
        let bench = try Bench(ground)
        let facts = try await bench.read("true").fingerprint.facts
        #expect(facts["variable.OMP_NUM_THREADS"] == "2")
        #expect(facts["variable.LC_ALL"] == "C")
        #expect(facts["variable.CUDA_SECRET_KEY"] == nil && facts["variable.HOME"] == nil)
        #expect(facts["system"] != nil && facts["libc"] != nil)
        #expect(facts["program.true"] == "missing")
    }

    @Test func `a script of the code counts as its interpreter`() async throws {
        let ground = try Playground()
        let bench = try Bench(ground)
        try ground.write("#!/usr/bin/env python3\n", to: "go.py", mode: 0o755)
        #expect(try await bench.read("./go.py").fingerprint.facts["interpreter"] == "cpython")
    }

    @Test func `a machine's record names processor, memory and kernel`() async throws {
        let ground = try Playground()
        let record = try await ground.maker().machineProbe.read(places: ["interpreter.path": "/usr/bin/python3"])
        for name in ["host", "kernel", "memory", "cpu.count", "cpu.usable", "libc", "interpreter.path"] {
            #expect(record.facts[name] != nil, "\(name)")
        }
    }
}

/// A PATH of its own with a Python that answers by script.
private struct Bench {
    let folder: String
    let python: String
    let packages: String
    let runner: ScriptedRunner
    let files = LiveFileSystem()
    let project: String
    let store: String

    init(_ ground: borrowing Playground) throws {
        (project, store) = (ground.project, ground.store)
        folder = ground.folder + "/bin"
        python = folder + "/python3"
        packages = ground.folder + "/site-packages"
        for name in ["numpy-1.26.4.dist-info", "scikit_learn-1.4.0.dist-info", "pip-24.0.egg-info"] {
            try files.makeFolder(packages + "/" + name)
        }
        try files.makeFolder(folder)
        try files.write("#!/bin/sh\n", to: python, mode: 0o755)
        let lines = [python, "cpython", "3.99.1 (main)", "/venv", "/usr", packages]
        runner = ScriptedRunner(output: lines.joined(separator: "\n") + "\n")
    }

    func read(_ command: String) async throws -> EnvironmentReading {
        let variables = [
            "PATH": folder, "LC_ALL": "C", "OMP_NUM_THREADS": "2", "CUDA_SECRET_KEY": "hush", "HOME": "/nowhere",
        ]
        let probe = EnvironmentProbe(
            files: files,
            processes: runner,
            host: LiveHost(),
            variables: variables,
            memory: store + "/cache/programs.json"
        )
        return try await probe.read(commands: [.shell([.text(command)])], folder: project)
    }

    func install(_ name: String, _ version: String, instead old: String) throws {
        try files.rename("\(packages)/\(name)-\(old).dist-info", to: "\(packages)/\(name)-\(version).dist-info")
    }
}

private final class ScriptedRunner: ProcessRunner {
    private let output: String
    private let calls = Mutex(0)
    var count: Int { calls.withLock { $0 } }

    init(output: String) { self.output = output }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        calls.withLock { $0 += 1 }
        return ProcessResult(status: 0, output: Array(output.utf8))
    }
}
