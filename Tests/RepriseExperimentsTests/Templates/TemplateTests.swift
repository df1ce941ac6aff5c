import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSystem
import Testing

@Suite struct Templates {
    private let scope = TemplateScope(
        parameters: ["lr": 0.1, "name": "it's $HOME", "optimizer": ["kind": "adam"], "files": ["a b", "c"]],
        project: "digits",
        dataNames: ["train"]
    )
    private let place = Place(file: "a.exp.yaml", line: 4, column: 10)

    @Test(arguments: [
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
        ("echo {{ \"{{\" }}", "{{"),
    ])
    func `puts a value into a shell command literally, wherever it stands`(script: String, printed: String) async throws
    {
        let pieces = try Template(script, at: place).shellPieces(in: scope)
        let text = pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
        let result = try await LiveProcessRunner().succeed(Invocation("/bin/sh", ["-c", text]))
        #expect(result.text == printed + "\n")
    }

    @Test func `leaves to the job what only the job knows`() throws {
        let pieces = try Template("train --seed {{ seed }} {{ data.train }}", at: place).shellPieces(in: scope)
        #expect(pieces == [.text("train --seed "), .run(.seed), .text(" "), .run(.data("train"))])
    }

    @Test func `makes several words of a list that stands alone`() throws {
        let words = try ["cp", "{{ files }}", "to-{{ lr }}"].map { try Template($0, at: place) }
        #expect(
            try Template.listPieces(words, in: scope)
                == [[.text("cp")], [.text("a b")], [.text("c")], [.text("to-0.1")]]
        )
    }

    @Test(arguments: [
        ("{{ optimiser.kind }}", "unknown-template-name", 10), ("a\nbc {{ lr", "open-template", 4),
        ("{{ lr + 1 }}", "template-name", 10), ("{{ data.test }}", "unknown-template-name", 10),
    ])
    func `refuses what it cannot fill in, and says where`(text: String, code: String, column: Int) throws {
        let error = #expect(throws: Mistake.self) { try Template(text, at: place).check(against: scope) }
        #expect(error?.code == code)
        #expect(error?.place?.column == column)
    }

    @Test func `refuses what belongs to a job where there is none yet`() throws {
        let error = #expect(throws: Mistake.self) { try Template("run-{{ seed }}", at: place).text(in: scope) }
        #expect(error?.code == "template-too-early")
        #expect(try Template("{{ project }}-{{ lr }}", at: place).text(in: scope) == "digits-0.1")
    }
}
