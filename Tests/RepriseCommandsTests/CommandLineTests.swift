import Reprise
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseCommands

@Suite struct `The command line` {
    static let wrong: [[String]] = [
        ["lst"], ["digits.exp.yaml"], ["experiments/digits.exp.yaml", "lr=1"], ["sevre"], ["rm", "x"],
        ["snapshot", "crate"], ["snapshot", "publish"], ["list", "--stat", "failed"], ["list", "--state", "faild"],
        ["list", "--limit", "-1"], ["list", "--watch", "--json"], ["run"], ["run", "a.exp.yaml", "--seed", "-3"],
        ["run", "a.exp.yaml", "--set", "slots"], ["stop"], ["stop", "--all", "x"], ["wait"],
        ["plot", "x", "-o", "a.png"], ["export", "x", "--format", "ro-crate"], ["export", "x", "--format", "xml"],
        ["logs", "x", "--tail", "0"], ["completion", "powershell"], ["gc", "--keep", "-1"], ["settings", "explain"],
        ["list", "--json", "--nonsense"],
    ]

    @Test func `answers what it cannot read with three lines and status 2`() async throws {
        var text = ""
        for arguments in Self.wrong {
            let result = await run(arguments)
            #expect(result.status == 2, "\(arguments)")
            #expect(result.output.isEmpty, "\(arguments)")
            text += "$ reprise \(arguments.joined(separator: " "))\n\(result.errors)\n"
        }
        try expectGolden(text, "wrong-usage.txt")
    }

    private func run(_ arguments: [String]) async -> CommandResult {
        let output = MemorySink()
        let errors = MemorySink()
        let console = Console(output: output, errors: errors)
        let context = CommandContext(world: .live(variables: [:]), folder: "/nowhere", console: console)
        let status = await runCommandLine(arguments, in: context)
        return CommandResult(status: status, output: output.text, errors: errors.text)
    }

    @Test func `tells its version without looking at anything`() async {
        for arguments in [["--version"], ["version"]] {
            let result = await run(arguments)
            #expect(result.output == "\(repriseVersion)\n" && result.status == 0)
        }
    }

    @Test func `prints help on standard output`() async {
        for arguments in [["--help"], ["help", "run"], ["run", "--help"], ["snapshot"], []] {
            let result = await run(arguments)
            #expect(result.output.contains("USAGE: reprise") && result.errors.isEmpty && result.status == 0)
        }
    }

    @Test func `takes folder and store before the verb as well as behind it`() throws {
        #expect(try ArgumentOrder.checked(["-C", "x", "list", "--json"]) == ["list", "-C", "x", "--json"])
        #expect(
            try ArgumentOrder.checked(["--store=s", "snapshot", "show", "a"]) == ["snapshot", "show", "--store=s", "a"]
        )
        #expect(try ArgumentOrder.checked(["--help"]) == ["--help"])
        #expect(try ArgumentOrder.checked(["run", "list"]) == ["run", "list"])
    }

    @Test func `tells programs about errors in JSON`() async throws {
        let result = await reprise("show", "abc", "--json")
        let error = try #require(try Value(json: result.errors)[path: "error"])
        #expect(error[path: "what"]?.stringValue?.isEmpty == false)
        #expect(error[path: "code"]?.stringValue?.isEmpty == false)
        #expect(result.output.isEmpty && result.status == 2)
    }

    @Test func `ends quietly when nobody reads any more`() async {
        let result = await reprise("--help", output: MemorySink(limit: 10))
        #expect(result.status == 141 && result.errors.isEmpty)
    }

    @Test func `calls an unknown error a bug`() {
        struct Odd: Error {}
        let report = ErrorReport.about(Odd())
        #expect(report.status == 70)
        #expect(report.text(isColoured: false)?.contains("this is a bug in reprise") == true)
    }

    @Test func `ends with a status by whose fault it is`() {
        let faults: [(Fault, Int32)] = [(.usage, 2), (.world, 1), (.bug, 70)]
        for (fault, status) in faults {
            #expect(ErrorReport.about(Mistake("x", code: "x", fault: fault)).status == status)
        }
        #expect(ErrorReport.about(CancellationError()).status == 130)
    }

    @Test func `completes for every shell`() async {
        for shell in ["bash", "zsh", "fish"] {
            let result = await reprise("completion", shell)
            #expect(result.status == 0 && result.output.contains("reprise"), "\(shell)")
        }
    }
}
