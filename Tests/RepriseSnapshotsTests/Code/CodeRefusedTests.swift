import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Refused code` {
    @Test func `a large file stops the snapshot before anything is written`() async throws {
        let ground = try Playground()
        try ground.write(String(repeating: "x", count: 2000), to: "weights.bin")
        try ground.write("fine", to: "main")
        let error = await #expect(throws: CodeRefused.self) { try await ground.capture(CodeRules(largest: 1000)) }
        #expect(error?.files.map(\.path) == ["weights.bin"])
        #expect(error?.fix?.contains("`.repriseignore`") == true)
        #expect(try ground.files.names(in: ground.store + "/snapshots.git/objects") == ["info", "pack"])
        let allowed = try await ground.capture(CodeRules(allow: ["weights.bin"], largest: 1000))
        #expect(try await ground.listing(allowed).count == 2)
        // What was accepted once is not asked about again until it changes.
        #expect(try await ground.capture(CodeRules(largest: 1000)).tree == allowed.tree)
    }

    @Test(arguments: [
        ".env", "app/.env.production", "id_ed25519", "cert.p12", ".netrc", "credentials.json", "home/.aws/credentials",
    ])
    func `names that hold secrets are refused`(name: String) async throws {
        let ground = try Playground()
        try ground.write("content", to: name)
        await #expect(throws: CodeRefused.self) { try await ground.capture() }
    }

    @Test(arguments: [".env.example", "environment.py", "id_rsa.pub", "credentials.py"])
    func `names that only resemble them are not`(name: String) async throws {
        let ground = try Playground()
        try ground.write("content", to: name)
        _ = try await ground.capture()
    }

    @Test func `contents that are secrets are found, prose about them is not`() {
        let key = String(repeating: "MIIEpAIBAAKCAQEA", count: 4)
        let found = [
            "-----BEGIN RSA PRIVATE KEY-----\n\(key)\n",
            "key = \"-----BEGIN PRIVATE KEY-----\\n\(key)\"",
            "aws = AK" + "IA2E0A8F3B244C9986\n",
            "token: gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a trailing",
            "gl" + "pat-1234567890abcdefABCD and more",
            "xo" + "xb-123456789012-abcdefABCDEF1234 and",
            "OPENAI=s" + "k-proj-abcdefghijKLMNOPQRST1234567890abcd \n",
        ]
        for text in found { #expect(secret(in: Array(text.utf8)) != nil, "\(text)") }
        let harmless = [
            "if line == '-----BEGIN RSA PRIVATE KEY-----': pass\n", "AK" + "IAIOSFODNN7EXAMPLE in the documentation\n",
            "a risk-averse-task-with-a-very-long-name-that-goes-on-and-on-12345\n",
            "ghp_ is a prefix of GitHub tokens\n",
            "-----BEGIN CERTIFICATE-----\n\(key)\n", "gh" + "p_short_not_a_token\n",
        ]
        for text in harmless { #expect(secret(in: Array(text.utf8)) == nil, "\(text)") }
    }

    @Test func `the message lists ten files at most, and says what to write where`() {
        let files = (0..<12).map { CodeRefused.File(path: "f\($0)", bytes: 100, finding: .secretName) }
        let error = CodeRefused(files: files, largest: 50 << 20)
        #expect(error.what == "12 files do not belong into a snapshot of the code")
        #expect(error.why?.contains("and 2 more") == true)
        #expect(error.fix?.contains("code: {allow: [f0, f1, f2]}") == true)
        #expect(error.code == "code-looks-secret")
    }
}
