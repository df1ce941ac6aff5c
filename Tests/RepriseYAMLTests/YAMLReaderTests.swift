import OrderedCollections
import RepriseModel
import RepriseYAML
import Testing

@Suite struct `Reading YAML` {
    private func read(_ text: String, tags: Set<String> = []) throws -> LocatedValue {
        try #require(try YAMLReader(knownTags: tags).read(text, file: "a.yaml"))
    }

    private func failure(of text: String, reader: YAMLReader = YAMLReader()) throws -> Mistake {
        try #require(throws: Mistake.self) { try reader.read(text, file: "a.yaml") }
    }

    @Test func `every value and every key knows its place`() throws {
        let root = try read("name: digits\nparameters:\n  lr: 0.1\n  sizes: [1, two]\n")
        #expect(root.entry(path: "parameters.lr")?.place == Place(file: "a.yaml", line: 3, column: 3))
        #expect(root[path: "parameters.lr"]?.place == Place(file: "a.yaml", line: 3, column: 7))
        #expect(root[path: "parameters.sizes"]?.list?[1].place == Place(file: "a.yaml", line: 4, column: 14))
        #expect(root.value == ["name": "digits", "parameters": ["lr": 0.1, "sizes": [1, "two"]]])
    }

    @Test(
        arguments: [
            ("1", 1), ("-7", -7), ("+3", 3), ("0x1F", 31), ("0o17", 15), ("1.0", .number(1)), ("1e-4", .number(1e-4)),
            (".5", .number(0.5)), ("-.inf", .number(-.infinity)), ("5.", .number(5)), ("true", true), ("False", false),
            ("~", .null), ("", .null), ("yes", "yes"), ("on", "on"), ("1_000", "1_000"), ("12:30", "12:30"), ("-", "-"),
            ("1e", "1e"), (".", "."), ("0xZZ", "0xZZ"), ("1.2.3", "1.2.3"), ("+", "+"), ("0x-1", "0x-1"),
        ] as [(String, Value)]
    )
    func `a plain scalar is typed by the core schema`(text: String, expected: Value) {
        #expect(CoreSchema.value(of: text) == expected)
    }

    @Test func `text in quotes stays text`() throws {
        let root = try read(#"{a: "1", b: 'true', c: !!str 2, d: !!float 1}"#)
        #expect(root.value == ["a": "1", "b": "true", "c": "2", "d": .number(1)])
        #expect(root["a"]?.isQuoted == true)
    }

    @Test func `a whole number beyond 64 bits is refused, not rounded`() throws {
        let mistake = try failure(of: "seed: 99999999999999999999")
        #expect(mistake.code == "number-too-large")
        #expect(mistake.place == Place(file: "a.yaml", line: 1, column: 7))
    }

    @Test func `a key that stands twice is refused with the place`() throws {
        let mistake = try failure(of: "a: 1\nb: 2\na: 3\n")
        #expect(mistake.code == "duplicate-key")
        #expect(mistake.place?.line == 1)
    }

    @Test func `a known tag is kept and an unknown one refused with the nearest`() throws {
        #expect(try read("a: !remove", tags: ["!remove"])["a"]?.tag == "!remove")
        let reader = YAMLReader(knownTags: ["!remove"])
        #expect(try failure(of: "a: !remov", reader: reader).fix == "did you mean `!remove`?")
    }

    @Test(arguments: [
        ("a: b: c", "put text that contains `: ` in quotes, and check the indentation"),
        ("a:\n\tb: 1", "indent with spaces; a tab may not stand here"),
        ("command: {{ lr }} x", "put a value that begins with `{{` in quotes"),
        ("a: *b", "name it with `&name` before, or put text that begins with `*` in quotes"),
        ("a: @b", "put text that begins with `@`, `%` or a back-quote in quotes"),
    ])
    func `a syntax error says what to do`(text: String, remedy: String) throws {
        let mistake = try failure(of: text)
        #expect(mistake.fix == remedy)
        #expect(mistake.place?.line != nil)
    }

    @Test func `a second document is refused`() throws {
        #expect(try failure(of: "a: 1\n---\nb: 2\n").what == "the file holds more than one document")
    }

    @Test func `aliases that multiply are stopped`() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        var reader = YAMLReader()
        reader.valueLimit = 10_000
        #expect(try failure(of: text, reader: reader).code == "too-many-values")
    }

    @Test(arguments: [String(repeating: "[", count: 100_000), String(repeating: "- ", count: 200) + "x"])
    func `deep nesting is stopped`(text: String) throws {
        #expect(["too-deep", "yaml-syntax"].contains(try failure(of: text).code))
    }

    @Test func `nothing is nothing`() throws {
        #expect(try YAMLReader().read("", file: "a.yaml") == nil)
        #expect(try YAMLReader().read("# only words\n", file: "a.yaml") == nil)
    }

    @Test func `bytes that are no text are refused with the line`() throws {
        let mistake = try #require(throws: Mistake.self) {
            try YAMLReader().read(Array("a: 1\nb: ".utf8) + [0xFF, 0xFE], file: "a.yaml")
        }
        #expect(mistake.place == Place(file: "a.yaml", line: 2))
    }

    @Test func `JSON is YAML`() throws {
        #expect(
            try read(#"{"a": [1, 2.5, null, "x\/y"], "b": {"c": true}}"#).value
                == ["a": [1, 2.5, .null, "x/y"], "b": ["c": true]]
        )
    }

    @Test func `a merge key is refused with the way out`() throws {
        #expect(try failure(of: "a: &a {x: 1}\nb:\n  <<: *a\n").code == "wrong-key")
    }
}
