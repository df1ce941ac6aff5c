import RepriseModel
import Testing

@testable import RepriseCommands

@Suite struct `A console` {
    private func isColoured(_ variables: [String: String], isTerminal: Bool = true) -> Bool {
        console(variables, isTerminal).outputIsColoured
    }

    private func console(_ variables: [String: String], _ isTerminal: Bool) -> Console {
        Console(
            output: MemorySink(),
            errors: MemorySink(),
            outputIsTerminal: isTerminal,
            errorsAreTerminal: isTerminal,
            variables: variables
        )
    }

    @Test func `has colours on a terminal alone, as the variables wish`() {
        #expect(isColoured([:]))
        #expect(!isColoured([:], isTerminal: false))
        #expect(!isColoured(["NO_COLOR": "1"]))
        #expect(isColoured(["NO_COLOR": ""]))
        #expect(!isColoured(["TERM": "dumb"]))
        #expect(isColoured(["CLICOLOR_FORCE": "1"], isTerminal: false))
        #expect(!isColoured(["CLICOLOR_FORCE": "0"], isTerminal: false))
        #expect(!isColoured(["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
    }

    @Test func `redraws nothing on a terminal that cannot move its cursor`() {
        #expect(console([:], true).errorsAreTerminal)
        #expect(!console(["TERM": "dumb"], true).errorsAreTerminal)
    }

    @Test func `writes beyond ASCII where the locale says so`() {
        #expect(console(["LANG": "de_DE.UTF-8"], true).isUnicode)
        #expect(console(["LC_ALL": "", "LC_CTYPE": "C.utf8", "LANG": "C"], true).isUnicode)
        #expect(!console(["LC_ALL": "C", "LANG": "de_DE.UTF-8"], true).isUnicode)
        #expect(!console([:], true).isUnicode)
    }

    @Test func `prints a document indented for people and in one line for programs`() throws {
        for (isTerminal, text) in [(true, "{\n  \"a\": 1\n}\n"), (false, "{\"a\":1}\n")] {
            let output = MemorySink()
            let console = Console(output: output, errors: MemorySink(), outputIsTerminal: isTerminal)
            try console.document(["a": 1])
            #expect(output.text == text)
        }
    }

    @Test func `is silent when it is quiet, except about errors`() {
        let errors = MemorySink()
        var console = Console(output: MemorySink(), errors: errors)
        console.isQuiet = true
        console.say("talk")
        console.complain("error")
        #expect(errors.text == "error\n")
    }
}
