import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseSystem

@Suite struct `HTTP through curl` {
    private let configuration = CurlConfiguration(boundary: "--b")

    @Test func `nothing that is sent can end a line of its configuration`() {
        let call = HTTPCall(.post, "http://h/a\"b", body: .json("{\"a\":\"x\\n\"}\n@file"), login: .bearer("s\ns\"\\"))
        let lines = configuration.text(of: [call, HTTPCall(.get, "http://h/")]).split(separator: "\n")
        #expect(lines.contains(#"url = "http://h/a\"b""#))
        #expect(lines.contains(#"data-raw = "{\"a\":\"x\\n\"}\n@file""#))
        #expect(lines.contains(#"header = "Authorization: Bearer s\ns\"\\""#))
        #expect(lines.filter { $0 == "next" }.count == 1)
    }

    @Test func `replies come apart whatever is in them`() {
        let output = Array("a\n--b\nb\n--b 200\n\n--b 404\n".utf8)
        let outcomes = configuration.outcomes(of: output, status: 0, errors: "", count: 2)
        #expect(
            outcomes == [
                .reply(HTTPReply(status: 200, body: Array("a\n--b\nb".utf8))), .reply(HTTPReply(status: 404, body: [])),
            ]
        )
    }

    @Test func `a failure is that of the last call tried, and of those behind it`() {
        let output = Array("ok\n--b 200\n\n--b 000\n".utf8)
        let errors = "curl: (7) Failed to connect to h port 1: Connection refused\n"
        let outcomes = configuration.outcomes(of: output, status: 7, errors: errors, count: 3)
        let silence = HTTPOutcome.silence("Failed to connect to h port 1: Connection refused")
        #expect(outcomes == [.reply(HTTPReply(status: 200, body: Array("ok".utf8))), silence, silence])
        #expect(
            configuration.outcomes(of: [], status: 6, errors: "curl: (6) no host\n", count: 1) == [.silence("no host")]
        )
    }

    @Test func `a machine without curl is told what to install`() async {
        let client = CurlHTTPClient(processes: NoPrograms(), entropy: LiveEntropy())
        let error = await #expect(throws: Mistake.self) { try await client.send([HTTPCall(.get, "http://h/")]) }
        #expect(error?.what == "cannot find `curl` on this machine")
    }

    @Test func `nobody listening is a silence`() async throws {
        let client = CurlHTTPClient(processes: LiveProcessRunner(), entropy: LiveEntropy())
        // A port that nothing can listen on.
        let outcomes = try await client.send([
            HTTPCall(.get, "http://127.0.0.1:0/"), HTTPCall(.get, "http://127.0.0.1:0/"),
        ])
        #expect(outcomes.count == 2)
        for outcome in outcomes { if case .reply = outcome { Issue.record("\(outcome)") } }
    }

    @Test func `texts are encoded for addresses`() {
        #expect(percentEncoded("a b/ü+%") == "a%20b%2F%C3%BC%2B%25")
        #expect(percentEncoded("a/b c", keeping: "/") == "a/b%20c")
    }
}

private struct NoPrograms: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        throw ProgramMissing(program: invocation.program)
    }
}
