import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseExperiments

@Suite struct `A hostile experiment` {
    @Test(arguments: [
        "a: 1", "", "[]", "null", "command: [true", "command: \"true\"\nparameters: [1]",
        "command: \"true\"\nparameters: 5",
        "command: {a: 1}",
        "command: []", "command: ''", "command: \"true\"\nsteps: {a: {command: b}}", "steps: {}",
        "steps: {'../x': {command: a}}",
        "steps: {'.': {command: a}}", "steps: {'a/b': {command: a}}", "steps: {'': {command: a}}",
        "steps: {a: {command: b, needs: [a]}}",
        "steps: {a: {command: b, needs: [c]}}", "command: \"true\"\nresources: {cpus: -1}",
        "command: \"true\"\nresources: {time: '999999999999999:00:00'}",
        "command: \"true\"\nresources: {memory: 1e400}", "command: \"true\"\nresources: {cpus: 99999999999999999999}",
        "command: \"true\"\nretry: {attempts: -5}", "command: \"true\"\nretry: {on: [never]}",
        "command: \"true\"\nseed: -1",
        "command: \"true\"\nseed: 1.5",
        "command: \"true\"\nenvironment: {variables: {'A=B': x}}",
        "command: \"true\"\nenvironment: {variables: {'1A': x}}",
        "command: \"true\"\nenvironment: {variables: {'A B': x}}",
        "command: \"true\"\nenvironment: {variables: {'': x}}",
        "command: \"true\"\nenvironment: {variables: {REPRISE_RUN_ID: x}}",
        "command: \"true\"\noutputs: ['../../etc/passwd']",
        "command: \"true\"\noutputs: [/etc/passwd]", "command: \"true\"\noutputs: ['']",
        "command: \"true\"\ndata: {'': x}",
        "command: 'echo {{ nothing }}'", "command: 'echo {{'", "command: 'echo {{ a b }}'",
        "command: \"true\"\nname: 'a{{ seed }}'",
        "command: \"true\"\nname: \"a\\nb\"", "command: \"true\"\nextends: a.exp.yaml",
        "command: \"true\"\nextends: nowhere.yaml",
        "command: \"true\"\nmetrics: {loss: {tolerance: -1}}", "command: \"true\"\nmetrics: {loss: {tolerance: .nan}}",
        "command: \"true\"\nmetrics: {loss: {goal: up}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: []}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {y: [1]}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'range(5, 0)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'range(10, 0, 1e-300)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'range(0, 10, 1e-300)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'range(0, 1, 0)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'linspace(0, 1, 99999999999)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {repeats: 0}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {repeats: -1}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {limit: -1, grid: {x: [1]}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {random: {count: -1, x: 'uniform(0, 1)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {random: {count: 2, x: 'log(-1, 1)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {random: {count: 2, x: 'uniform(1e308, -1e308)'}}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: [1]}, where: 'x >'}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: [1]}, where: 'nope > 1'}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: [1]}, where: 'x > 5'}",
        "command: \"true\"\nparameters: {x: 1}\nsweep: {zip: {x: [1, 2], command: [1]}}",
        "command: \"a\\0b\"", "command: [\"a\\0b\"]", "command: 'echo {{ x }}'\nparameters: {x: \"a\\0b\"}",
        "command: \"true\"\nparameters: {? [1] : 2}",
        "&a command: \"true\"\nb: *a", "command: \"true\"\nparameters: &p {x: *p}", "command: !!binary aGk=",
    ])
    func `is refused with words and nothing else`(text: String) async throws {
        let error = try await mistake(text)
        #expect(error.code != "no-error", "\(error.what)")
        #expect(error.fault == .usage, "\(error)")
        #expect(!error.what.isEmpty)
    }

    @Test func `may not make more variants than can be kept, whoever says yes`() async throws {
        let axes = (0..<12).map { "x\($0): 'range(0, 1000)'" }.joined(separator: ", ")
        let names = (0..<12).map { "x\($0): 0" }.joined(separator: ", ")
        let text = "command: \"true\"\nparameters: {\(names)}\nsweep: {grid: {\(axes)}"
        for end in ["}", ", repeats: 1000000}", ", limit: 100000000}", ", order: shuffled}", ", where: x0 > 1}"] {
            await #expect(throws: Mistake.self) { try await plan(text + end, confirmed: true) }
        }
        #expect(try await plan(text + ", limit: 3}").variants.count == 3)
        await #expect(throws: Mistake.self) {
            try await plan(
                "command: \"true\"\nparameters: {x: 1}\nsweep: {grid: {x: 'range(0, 1000)'}, repeats: 1000000}",
                confirmed: true
            )
        }
    }

    @Test func `counts the variants of several experiments however many they are`() async throws {
        let axes = (0..<12).map { "x\($0): 'range(0, 100000)'" }.joined(separator: ", ")
        let names = (0..<12).map { "x\($0): 0" }.joined(separator: ", ")
        let one = "{command: \"true\", parameters: {\(names)}, sweep: {limit: 2, grid: {\(axes)}}}"
        let folder = try ExperimentFolder()
        try folder.write("#!/bin/sh\ncat <<'E'\n[\(one), \(one), \(one)]\nE\n", to: "many", executable: true)
        let plans = try await folder.plan("many")
        let numbers = plans.flatMap { $0.variants.map(\.number) }
        #expect(Set(numbers).count == 6)
        #expect(numbers.allSatisfy { $0 >= 0 })
    }

    @Test func `may not be made of files that multiply`() async throws {
        let folder = try ExperimentFolder(["a.exp.yaml": "extends: [f0a.yaml, f0b.yaml]\ncommand: \"true\""])
        for level in 0..<40 {
            let below = level < 39 ? "extends: [f\(level + 1)a.yaml, f\(level + 1)b.yaml]\n" : ""
            for side in ["a", "b"] { try folder.write("\(below)description: x", to: "f\(level)\(side).yaml") }
        }
        await #expect(throws: Mistake.self) { try await folder.plan() }
    }

    @Test func `of damaged text never ends the process`() async throws {
        let original = Array(
            """
            name: "d-{{ x }}"
            parameters: {x: 1, deep: {y: [1, 2.5e-3, ~], z: "é\\u00e9"}}
            command: python3 t.py --x {{ x }} "{{ deep.z }}" $((1 + {{ seed }}))
            sweep: {grid: {x: "range(0, 4)"}, zip: {deep.z: [a, b]}, where: x < 3 and deep.z == "a", repeats: 2}
            steps_: &a [*a]
            """
            .utf8
        )
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 1...127, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
                }
            }
            _ = try? await plan(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: [
        "x=", "=", "x", "+x", "~", "~nothing", "++", "x=[1", "x={a: ", "x='", "x=range(0,1e300,1e-300)", "x=log(1,2)",
        "x.y.z=1", "x=\u{0}", "seed=-1", "limit=0",
        "grid.x=1", "sweep.grid=5", "extends=b", "parameters=5", "x=99999999999999999999", "resources.cpus=-1",
        "repeats=0", "x=*a", "x=&a 1", "x=!!binary a",
    ])
    func `override ends in words or in a plan`(override: String) async throws {
        let text = "command: \"true\"\nparameters: {x: 1}"
        do {
            _ = try await plan(text, [override])
        } catch {
            let known = try #require(error as? any RepriseError)
            #expect(known.fault == .usage, "\(known)")
        }
        _ = try? await plan(text, sweeps: [override])
    }
}
