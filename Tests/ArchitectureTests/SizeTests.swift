import Testing

@Suite struct `Sizes` {
    private let swiftFiles =
        Repository.files(in: "Sources", kind: "swift") + Repository.files(in: "Tests", kind: "swift")

    @Test func `no file is longer than 400 lines`() {
        for file in swiftFiles {
            let count = Repository.lines(of: file).count
            #expect(
                count <= 400 || longFiles.contains(file),
                "\(file) has \(count) lines. Split it by what it is about."
            )
            #expect(
                count > 400 || !longFiles.contains(file),
                "\(file) is short enough. Take it out of Exceptions.swift."
            )
        }
    }

    @Test func `no function is longer than 60 lines`() {
        var found = 0
        for file in swiftFiles {
            for function in SwiftText.functions(in: Repository.lines(of: file)) {
                found += 1
                #expect(
                    function.count <= 60 || longFunctions.contains("\(file):\(function.name)"),
                    "\(file):\(function.line) \(function.name) has \(function.count) lines. Split it by stage."
                )
            }
        }
        #expect(found > 100, "the rule found no functions to count")
    }

    @Test func `every exception is needed`() {
        for exception in longFunctions {
            let parts = exception.split(separator: ":").map(String.init)
            let functions = SwiftText.functions(in: Repository.lines(of: parts[0]))
            #expect(
                functions.contains { $0.name == parts.last && $0.count > 60 },
                "\(exception) needs no exception any more. Take it out of Exceptions.swift."
            )
        }
    }

    @Test func `functions are counted from their first line to their closing brace`() {
        let lines = [
            "struct A {", "    func one() -> Int { 1 }", "    func two(", "        a: Int", "    ) throws -> Int {",
            "        if a > 0 {", "        }", "    }", "    func required()", "    init(b: Int) {", "    }", "}",
        ]
        let functions = SwiftText.functions(in: lines)
        #expect(functions.map(\.name) == ["one", "two", "init"])
        #expect(functions.map(\.count) == [1, 6, 2])
    }
}
