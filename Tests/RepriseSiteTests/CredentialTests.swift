import RepriseModel
import RepriseSite
import RepriseSystem
import Testing

@Suite struct `Credentials` {
    private func store(_ folder: borrowing SiteFolder, environment: [String: String] = [:]) throws -> CredentialStore {
        CredentialStore(
            try folder.load(),
            environment: environment,
            files: LiveFileSystem(),
            processes: EchoingProcesses()
        )
    }

    @Test func `a variable, a file and a command are looked up`() async throws {
        let folder = try SiteFolder(
            user: """
                credentials:
                  one: {variable: TOKEN}
                  two: {file: secret.txt}
                  three: {command: "pass show gh"}
                  four: {command: [pass, show]}
                """
        )
        try LiveFileSystem().write("from-a-file\n", into: "\(folder.path)/secret.txt", mode: 0o600)
        let store = try store(folder, environment: ["TOKEN": "from-a-variable"])
        #expect(try await store.resolve("one").reveal() == "from-a-variable")
        #expect(try await store.resolve("two").reveal() == "from-a-file")
        #expect(try await store.resolve("three").reveal() == "sh -c pass show gh")
        #expect(try await store.resolve("four").reveal() == "pass show")
        #expect(await store.redactor.redact("x from-a-file y") == "x <redacted> y")
    }

    @Test func `a file that others may read is refused, also behind a link`() async throws {
        let folder = try SiteFolder(user: "credentials: {a: {file: secret.txt}, b: {file: link}}")
        try LiveFileSystem().write("12345678", into: "\(folder.path)/secret.txt", mode: 0o644)
        try LiveFileSystem().makeLink("\(folder.path)/link", to: "secret.txt")
        let store = try store(folder)
        for name in ["a", "b"] {
            let mistake = try await #require(throws: Mistake.self) { try await store.resolve(name) }
            #expect(mistake.code == "open-secret")
            #expect(mistake.fix?.hasPrefix("run `chmod 600 ") == true)
        }
    }

    @Test func `what cannot be found says where it was looked for`() async throws {
        let folder = try SiteFolder(
            user: "credentials: {gh: {variable: TOKEN}, bad: {command: [fail]}, short: {variable: S}}"
        )
        let store = try store(folder, environment: ["S": "abc"])
        var codes: [String] = []
        for name in ["gh", "bad", "short", "hg"] {
            codes.append(try await #require(throws: Mistake.self) { try await store.resolve(name) }.code)
        }
        #expect(codes == ["missing-secret", "secret-command-failed", "short-secret", "unknown-credential"])
    }

    @Test func `a secret shows itself to nobody`() throws {
        let secret = try #require(Secret("hunter22"))
        var dumped = ""
        dump(["key": secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter22"))
        }
        #expect(!((secret as Any) is any Encodable))
        #expect(Secret("abc") == nil)
    }
}

/// Prints its own command line, and fails when told to.
private struct EchoingProcesses: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        let words = [invocation.program] + invocation.arguments
        return ProcessResult(
            status: words == ["fail"] ? 1 : 0,
            output: Array((words.joined(separator: " ") + "\nsecond line\n").utf8)
        )
    }
}
