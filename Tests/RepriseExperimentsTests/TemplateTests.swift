import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseYAML
import Testing

@testable import RepriseExperiments

/// Values that break a command wherever they are put in without care.
private let hostile: [String] = [
    "plain", "two words", "it's", "\"quoted\"", "$HOME", "$(echo pwned)", "`echo pwned`", "a\\b", "\\", "a;b&c|d>e<f",
    "*", "~", "#no comment", "-n", "", "!x", "{a,b}", "}", ")", "naïve ☃", "'\u{301}", "x\\", "%s", "a'b\"c$d`e\\f",
]

@Suite struct Templates {
    private let names = TemplateNames(
        parameters: [
            "lr", "name", "optimizer", "optimizer.kind", "files", "nothing", "flag", "many-names", "odd name", "empty",
        ],
        data: ["train"],
        project: "digits",
        allowsRunWords: true
    )
    private let values = TemplateValues(
        parameters: [
            "lr": 0.1, "name": "it's $HOME", "optimizer": ["kind": "adam"], "files": ["a b", "c"], "nothing": .null,
            "flag": true, "many-names": .number(1e-7), "odd name": "x", "empty": [],
        ],
        seed: Seed(5)
    )
    private let place = Place(file: "a.exp.yaml", line: 4, column: 10)

    private func shell(_ script: String, name: Value? = nil) throws -> String {
        let template = try ShellTemplate(LocatedText(script, at: place), names: names)
        var parameters = values.parameters
        if let name { parameters[path: "name"] = name }
        guard case .shell(let pieces) = try template.command(TemplateValues(parameters: parameters, seed: Seed(5)))
        else { return "" }
        return pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    private func printed(_ script: String) async throws -> String {
        try await LiveProcessRunner().succeed(Invocation("/bin/sh", ["-c", script])).text
    }

    @Test(
        arguments: [
            ("echo {{ lr }}", "0.1"),
            ("echo {{ name }}", "it's $HOME"),
            ("echo \"{{ name }}\"", "it's $HOME"),
            ("echo '{{ name }}'", "it's $HOME"),
            ("echo \"$(echo {{ name }})\"", "it's $HOME"),
            ("echo x={{optimizer.kind}}.", "x=adam."),
            ("# it's {{ name }}\necho {{ project }}", "digits"),
            ("cat <<END\n{{ name }}\nEND\n", "it's $HOME"),
            ("cat <<'END'\n{{ name }}\nEND\n", "it's $HOME"),
            ("for f in {{ files }}; do echo \"$f\"; done", "a b\nc"),
            ("echo {{ \"{{\" }} x }}", "{{ x }}"),
            ("echo '{{ optimizer }}'", "{\"kind\":\"adam\"}"),
            ("echo $(( 2 * {{ parameters.lr }}0 ))x", nil),
            ("echo {{ nothing }} {{ flag }} {{ many-names }} {{ odd name }}", "null true 1e-07 x"),
            ("echo a{{ lr }}#{{ lr }}", "a0.1#0.1"),
            ("echo \"${x:-{{ name }}}\"", "it's $HOME"),
            ("echo a{{ empty }}b", "ab"),
        ] as [(String, String?)]
    )
    func `a value is put into a shell command literally, wherever it stands`(
        script: String,
        expected: String?
    )
        async throws
    {
        guard let expected else {
            #expect(try shell(script).contains("2 * 0.10"))
            return
        }
        #expect(try await printed(shell(script)) == expected + "\n")
    }

    @Test(arguments: [
        "{{ name }}", "'{{ name }}'", "\"{{ name }}\"", "x\"$(printf %s {{ name }})\"", "a'b'\"c\"{{ name }}#d",
    ])
    func `no value gets out of its quotes`(spot: String) async throws {
        var script = ""
        var expected = ""
        for value in hostile {
            script += try shell("printf '%s\\n' \(spot)\n", name: .string(value))
            let shown: String
            switch spot {
            case let spot where spot.hasPrefix("x"): shown = "x" + value
            case let spot where spot.hasPrefix("a"): shown = "abc" + value + "#d"
            default: shown = value
            }
            expected += shown + "\n"
        }
        #expect(try await printed(script) == expected)
    }

    @Test func `no value gets out of a here-document`() async throws {
        for value in hostile {
            let script = try shell(
                "cat <<END\nx{{ name }}y\nEND\ncat <<'END'\nx{{ name }}y\nEND\n",
                name: .string(value)
            )
            #expect(try await printed(script) == "x\(value)y\nx\(value)y\n")
        }
    }

    @Test(arguments: [
        ("echo \\{{ name }}", "a backslash stands before it"), ("echo ${{ name }}", "a `$` stands before it"),
        ("echo \"${{ name }}\"", "a `$` stands before it"),
        ("echo $((1 + {{ name }}))", "`$((…))` takes numbers alone"),
        ("cat <<{{ name }}\nx\n", "it names the end of a here-document"),
        ("cat <<'E'\n{{ outputs }}\nE\n", "nothing is put into a here-document whose word is quoted"),
        ("cat <<E\n${{ name }}\nE\n", "a `$` stands before it"),
    ])
    func `what cannot be made safe is refused`(script: String, reason: String) throws {
        let error = #expect(throws: Mistake.self) { try shell(script) }
        #expect(error?.code == "unsafe-template")
        #expect(error?.why == reason)
    }

    @Test func `several lines cannot end a here-document`() throws {
        let error = #expect(throws: Mistake.self) { try shell("cat <<E\n{{ name }}\nE\n", name: "E\nrm -rf x") }
        #expect(error?.why == "several lines could end the here-document")
    }

    @Test func `what only the job knows is left to it`() throws {
        let text = LocatedText("train --seed {{ seed }} {{ data.train }} {{ run.id }}", at: place)
        let command = try ShellTemplate(text, names: names).command(values)
        #expect(
            command
                == .shell([
                    .text("train --seed "), .run(.seed), .text(" "), .run(.data("train")), .text(" "), .run(.runID),
                ])
        )
    }

    @Test func `a list that stands alone becomes several arguments`() throws {
        let words = try ["cp", "{{ files }}", "to-{{ lr }}", "{{ outputs }}/x", "{{ files }}.", ""]
            .flatMap {
                try Template(LocatedText($0, at: place), names: names).arguments(values)
            }
        #expect(
            words == [
                [.text("cp")], [.text("a b")], [.text("c")], [.text("to-0.1")], [.run(.outputs), .text("/x")],
                [.text("[\"a b\",\"c\"].")], [.text("")],
            ]
        )
    }

    @Test(
        arguments: [
            ("{{ optimiser.kind }}", "unknown-template", 4, 10), ("a\nbc {{ lr", "wrong-template", 6, nil),
            ("x {{ lr + 1 }}", "unknown-template", 4, 12), ("{{ data.test }}", "unknown-template", 4, 10),
            ("{{ }}", "wrong-template", 4, 10), ("{{ split }}", "wrong-template", 4, 10),
        ] as [(String, String, Int, Int?)]
    )
    func `a mistake is told with its place`(text: String, code: String, line: Int, column: Int?) throws {
        let error = #expect(throws: Mistake.self) { try Template(LocatedText(text, at: place), names: names) }
        #expect(error?.code == code)
        #expect(error?.place == Place(file: "a.exp.yaml", line: line, column: column))
    }

    @Test func `a name has no word of the run`() throws {
        let early = TemplateNames(parameters: ["lr"], project: "digits", owner: "a name")
        let error = #expect(throws: Mistake.self) {
            try Template(LocatedText("run-{{ outputs }}", at: place), names: early)
        }
        #expect(error?.what == "`{{ outputs }}` cannot stand in a name")
        let template = try Template(LocatedText("{{ project }}-{{ lr }}", at: place), names: early)
        #expect(try template.text(values) == "digits-0.1")
    }

    @Test func `a parameter wins over a word of the run`() throws {
        let names = TemplateNames(parameters: ["seed", "outputs"], allowsRunWords: true)
        let values = TemplateValues(parameters: ["seed": 3, "outputs": "o"], seed: Seed(5))
        let template = try Template(LocatedText("{{ seed }} {{ outputs }}", at: place), names: names)
        #expect(try template.arguments(values) == [[.text("3 o")]])
    }
}
