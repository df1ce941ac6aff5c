import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite(.enabled(if: TestEngine.ssh.isUp, TestEngine.ssh.absence))
struct `Real SSH: programs` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise ssh \(UUID().uuidString)").path
    private let files = LiveFileSystem()

    private func makeRunner(
        _ node: String = TestEngine.loginNode,
        landmark: String? = nil
    ) throws -> RemoteProcessRunner {
        RemoteProcessRunner(SSHConnection(try #require(SSHDestination(node))), landmark: landmark)
    }

    @Test func `a program gets its words, variables, folder and input as they are`() async throws {
        defer { try? files.remove(folder) }
        try files.makeFolder(folder)
        let text = "it's \"$HOME\" `id` \\ \n ö*"
        let script = "printf '%s|' \"$@\" \"$WORDS\" \"${GONE-none}\" \"$PWD\"; cat; echo oops >&2; exit 3"
        let result = try await makeRunner()
            .run(
                Invocation(
                    "sh",
                    ["-c", script, "sh", text, ""],
                    folder: folder,
                    variables: ["WORDS": text, "GONE": nil],
                    input: Array("input\0\n".utf8)
                )
            )
        #expect(result.status == 3)
        #expect(result.text == "\(text)||\(text)|none|\(folder)|input\0\n", "\(result)")
        #expect(result.errorText == "oops\n")
    }

    @Test func `statuses are those of the program, but for the one that ssh keeps for itself`() async throws {
        let runner = try makeRunner()
        for (status, told) in [(0, 0), (1, 1), (127, 127), (255, 254)] {
            #expect(try await runner.run(Invocation("sh", ["-c", "exit \(status)"])).status == told)
        }
        #expect(try await runner.run(Invocation("sh", ["-c", "kill -9 $$"])).status == 137)
    }

    @Test func `a program that is not there is missing, also for a login shell`() async throws {
        let error = await #expect(throws: RemoteProgramMissing.self) {
            try await makeRunner().run(Invocation("frobnicate", ["a"]))
        }
        #expect(error?.program == "frobnicate")
        // A landmark that is nowhere makes every program one of a login shell.
        let result = try await makeRunner(landmark: "frobnicate").run(Invocation("echo", ["a  b"]))
        #expect(result.text == "a  b\n")
    }

    @Test func `many programs at once share a connection`() async throws {
        let runner = try makeRunner()
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                group.addTask { try await runner.run(Invocation("echo", ["\(number)", ""])).text }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts == Set((0..<20).map { "\($0) \n" }))
        let address = try await runner.run(Invocation("sh", ["-c", "echo $SSH_CONNECTION"])).text
        #expect(try await makeRunner().run(Invocation("sh", ["-c", "echo $SSH_CONNECTION"])).text == address)
    }

    @Test func `files go there and come back whole, whatever is in them`() async throws {
        defer { try? files.remove(folder) }
        try files.makeFolder(folder)
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try files.write(bytes, to: folder + "/it's")
        try files.write("tail", to: folder + "/b")
        let runner = try makeRunner()
        let sent = try await runner.send(
            [folder + "/it's", folder + "/b"],
            to: Invocation("sh", ["-c", "cat > \"$1\"", "sh", folder + "/there"], input: Array("head\n".utf8))
        )
        #expect(sent.status == 0)
        let whole = Array("head\n".utf8) + bytes + Array("tail".utf8)
        #expect(try files.read(folder + "/there", limit: 1 << 23) == whole)
        let fetched = try await runner.fetch(Invocation("cat", [folder + "/there"]), into: folder + "/here")
        #expect(fetched.status == 0)
        #expect(try files.read(folder + "/here", limit: 1 << 23) == whole)
        let failed = try await runner.fetch(Invocation("sh", ["-c", "echo part; exit 9"]), into: folder + "/here")
        #expect(failed.status == 9)
    }

    @Test(arguments: [
        ("nohost.invalid", "ssh-unknown-host"), ("-p 2 reprise-hpc", "ssh-port-closed"),
        ("-o UserKnownHostsFile=/dev/null reprise-hpc", "ssh-host-key-unknown"),
        ("-l nobody reprise-hpc", "ssh-key-refused"), ("-o Frobnicate=1 reprise-hpc", "ssh-configuration"),
    ])
    func `who cannot get in is told why`(_ words: String, _ code: String) async throws {
        let options = TestEngine.loginNode.split(separator: " ").dropLast().joined(separator: " ")
        let error = await #expect(throws: SSHError.self) {
            try await makeRunner("\(options) \(words)").run(Invocation("true", []))
        }
        #expect(error?.code == code)
    }
}
