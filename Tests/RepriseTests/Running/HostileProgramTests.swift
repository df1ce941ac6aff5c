import RepriseComparison
import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

@Suite(.serialized) struct `A hostile program` {
    @Test func `counts each of its metrics once, although its logs are redacted`() async throws {
        let lab = try LaboratoryFolder(
            [
                "a.exp.yaml": """
                environment: {credentials: {TOKEN: token}}
                command: |
                  echo "::metric {\\"a\\": 1}"
                  echo "the token is $TOKEN"
                  echo "::metric {\\"a\\": 2}"
                  sleep 1.3
                  echo "::metric {\\"a\\": 3}"
                  echo "again $TOKEN" >&2
                """,
                "reprise.yaml": "credentials: {token: {variable: MY_TOKEN}}",
            ],
            variables: ["MY_TOKEN": "hunter2-and-more"]
        )
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        #expect(try lab.laboratory.points(record.id, key: "a").map(\.value) == [1, 2, 3])
        #expect(record.notes == [])
        for name in ["stdout.log", "stderr.log"] {
            let text = try lab.text(name, of: record.id)
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func `may leave anything behind`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            outputs: ["*.bin", "deep/**"]
            command: |
              mkfifo pipe.bin; ln -s /etc/passwd out.bin; ln -s nowhere dead.bin; ln -s . loop; mkdir -p deep/er; echo x > deep/er/f
              echo y > "$(printf 'a\\nb.bin')"; echo z > "$(printf '\\314\\201mark.bin')"; mkdir sealed; echo q > sealed/q; chmod 000 sealed
              : > empty.bin; chmod 000 empty.bin
              echo '{"a": NaN, "b": Infinity, "step": 1}' >> "$REPRISE_METRICS"; echo '{"a": [1]}' >> "$REPRISE_METRICS"
              printf '{"a": 1, "step"' >> "$REPRISE_METRICS"; head -c 3000000 /dev/zero; printf '\\377\\376 no utf-8'
            """
        ])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        #expect(Set(record.outputs.map(\.path)) == ["a\nb.bin", "\u{301}mark.bin", "deep/er/f", "empty.bin"])
        #expect(record.metrics.map(\.key) == ["a", "b"])
        #expect(record.metrics.first?.last.isNaN == true)
        #expect(record.notes.contains { $0.contains("is a link that leaves") })
        let verdict = try await lab.verify(record.id)
        #expect(verdict.outcome == .same)
        try lab.laboratory.delete([record.id])
    }

    @Test func `of several steps has all its outputs kept, whichever step is last`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            outputs: ["*.txt"]
            steps:
              first: {command: "echo 1 > one.txt"}
              slow: {command: "sleep 1; echo 2 > two.txt", needs: [first]}
              quick: {command: "echo 3 > three.txt", needs: [first]}
            """
        ])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        #expect(record.outputs.map(\.path) == ["one.txt", "three.txt", "two.txt"])
        #expect(record.notes == [])
    }

    @Test func `ends within its time however it resists`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            resources: {time: 1s}
            settings: {queue: {grace: 1s}}
            command: |
              trap '' TERM INT HUP
              (trap '' TERM; setsid sleep 600) &
              while :; do sleep 0.1; done
            """
        ])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .failed)
        #expect(record.reason?.contains("time limit") == true)
    }

    @Test(arguments: ["[no-such-program-here, x]", "no-such-program-here x", "./no-such.sh", "[/no/such/program]"])
    func `that is not there is refused with its name before anything is queued`(_ command: String) async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "command: \(command)"])
        let error = await #expect(throws: Mistake.self) { try await lab.run() }
        #expect(error?.code == "command-not-found")
        #expect(error?.what.contains("no-such") == true || error?.what.contains("/no/such") == true)
    }

    @Test(arguments: ["true; no-such-program-here", "no-such-program-here || exit 127", "'(no-such-program-here)'"])
    func `whose script starts what is not there fails as the shell says`(_ command: String) async throws {
        let lab = try LaboratoryFolder(["a.exp.yaml": "command: \(command)"])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .failed)
        #expect(record.exitStatus == 127)
    }

    @Test func `that an earlier step builds is left to the run`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            steps:
              build: {command: "printf '#!/bin/sh\\nexit 0\\n' > made; chmod +x made"}
              use: {command: [./made], needs: [build]}
            """
        ])
        #expect(try await lab.run().first?.state == .finished)
    }

    @Test func `gets every value as it was written`() async throws {
        let lab = try LaboratoryFolder([
            "a.exp.yaml": """
            parameters: {a: "it's \\"$HOME\\" `id` \\\\", b: 1.0, c: 1, d: true, e: null, f: [1, "x y"], g: {h: ""}, "i.j": 1e-7}
            environment: {variables: {V: "line\\nbreak '{{ a }}'"}}
            outputs: [shell.txt, variable.txt, parameters.json]
            command: |
              printf '%s|' {{ a }} "{{ a }}" '{{ a }}' {{ b }} {{ d }} {{ f }} {{ g.h }} > shell.txt
              printf '%s' "$V" > variable.txt; cp "$REPRISE_PARAMETERS" parameters.json
            """
        ])
        let record = try #require(try await lab.run().first)
        #expect(record.state == .finished)
        let a = "it's \"$HOME\" `id` \\"
        let folder = try lab.laboratory.folder(of: record.id) + "/work" + "/"
        let files = LiveFileSystem()
        #expect(try files.text(folder + "shell.txt") == "\(a)|\(a)|\(a)|1.0|true|1|x y||")
        #expect(try files.text(folder + "variable.txt") == "line\nbreak '\(a)'")
        let parameters = try Value(json: files.text(folder + "parameters.json"))
        #expect(parameters[path: "b"] == 1.0)
        #expect(parameters[path: "c"] == 1)
        #expect(parameters[path: "e"] == .null)
        #expect(parameters[path: "f"] == [1, "x y"])
        #expect(parameters[path: "i.j"] == 1e-7)
    }
}
