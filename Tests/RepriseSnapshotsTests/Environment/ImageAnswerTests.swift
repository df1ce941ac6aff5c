import Foundation
import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseSnapshots

@Suite struct `What an image answers` {
    /// As a Debian image with Python prints it, and one that has a shell and nothing else.
    private let question = ImageQuestion(programs: ["python3", "gcc", "cd", "trainer", "/opt/tool"])
    private let debian = [
        "noise of an engine", "begin\t1", "system\t\"Debian GNU/Linux 12 (bookworm)\"", "architecture\tx86_64",
        "kernel\tLinux", "libc\tld.so (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.",
        "+Copyright (C) 2022 Free Software Foundation, Inc.", "variable\tLANG=C.UTF-8", "variable\tGPG_KEY=E3F",
        "variable\tMODEL_TOKEN_LC_=x", "path 0\t/usr/bin/python3", "python 0\tcpython", "python 0\t3.11.2 (main) [GCC]",
        "python 0\tnumpy-1.26.4.dist-info", "python 0\tScikit_Learn-1.4.0.dist-info", "python 0\tnumpy-1.0.egg-info",
        "path 1\t/usr/bin/gcc", "version 1\tgcc (Debian) 12.2.0", "shell 2\tcd", "path 4\t/opt/tool",
        "digest 4\tabc", "end\t1",
    ]

    private func text(_ lines: [String]) -> String {
        lines.map { line in
            if line.hasPrefix("+") { return String(line.dropFirst()) }
            return line.contains("\t") ? "reprise-fact\t" + line : line
        }
        .joined(separator: "\n")
    }

    @Test func `are facts named as the host's`() throws {
        let answer = try #require(ImageAnswer(text(debian), to: question))
        #expect(
            answer.facts == [
                "architecture": "x86_64", "interpreter": "cpython", "interpreter.version": "3.11.2 (main) [GCC]",
                "libc": "glibc 2.36", "package.numpy": "1.26.4", "package.scikit-learn": "1.4.0",
                "program.gcc": "gcc (Debian) 12.2.0", "program.tool": "sha256:abc", "program.trainer": "missing",
                "system": "Debian GNU/Linux 12 (bookworm)", "variable.LANG": "C.UTF-8",
            ]
        )
        #expect(
            answer.programs == [
                "python3": "/usr/bin/python3", "gcc": "/usr/bin/gcc", "cd": "", "trainer": .null,
                "/opt/tool": "/opt/tool",
            ]
        )
        #expect(try Value(encoding: answer).decode(ImageAnswer.self) == answer)
    }

    @Test func `of which the end is missing are none`() {
        #expect(ImageAnswer(text(debian.dropLast()), to: question) == nil)
        #expect(ImageAnswer("", to: question) == nil)
        let apptainer = ["begin\t1", "variable\tLANG=C", "variable\tLD_LIBRARY_PATH=/.singularity.d/libs", "end\t1"]
        #expect(ImageAnswer(text(apptainer), to: ImageQuestion(programs: []))?.facts == [:])
        let musl = ["begin\t1", "libc\tmusl libc (x86_64)", "+Version 1.2.4", "end\t1"]
        #expect(ImageAnswer(text(musl), to: ImageQuestion(programs: []))?.facts == ["libc": "musl 1.2.4"])
    }

    @Test func `come from a script that any POSIX shell executes`() async throws {
        let ground = try Playground()
        try ground.write("#!/bin/sh\necho 'tool 3'\n", to: "bin/julia", mode: 0o755)
        try ground.write("odd", to: "bin/it's odd", mode: 0o755)
        let path = "\(ground.project)/bin:/usr/local/bin:/usr/bin:/bin"
        let question = ImageQuestion(programs: ["julia", "it's odd", "cd", "sh", "no-such-program"], path: path)
        let result = try await ground.processes.run(
            Invocation("/bin/sh", ["-c", question.script], variables: ["LANG": "C.UTF-8"])
        )
        #expect(result.status == 0)
        #expect(result.errorText == "")
        let answer = try #require(ImageAnswer(result.text, to: question))
        #expect(answer.programs["julia"] == .string(ground.project + "/bin/julia"))
        #expect(answer.programs["no-such-program"] == .null)
        #expect(answer.programs["cd"] == "")
        #expect(answer.facts["program.julia"] == "tool 3")
        #expect(answer.facts["program.it's odd"]?.stringValue?.hasPrefix("sha256:") == true)
        #expect(answer.facts["variable.LANG"] == "C.UTF-8")
        // The same that the host's own probe finds.
        let host = try await ground.maker().environmentProbe.read(commands: [], folder: ground.project).fingerprint
            .facts
        for name in ["system", "libc", "architecture"] { #expect(answer.facts[name] == host[name], "\(name)") }
    }

    @Test func `are asked for programs, and for what scripts of the code are executed by`() {
        func shell(_ text: String) -> Command { .shell([.text(text)]) }
        let commands = [
            shell("./train.sh | tee log && cd x"), shell("/opt/tool 2>err"), shell("tee a"), shell("./other"),
        ]
        let question = ImageQuestion(commands: commands) { $0 == "./train.sh" ? "python3" : nil }
        #expect(question.programs == ["python3", "tee", "/opt/tool"])
        #expect(question.digest != ImageQuestion(programs: ["python3", "tee", "/opt/tool"], path: "/x").digest)
    }

    @Test func `of Python are the facts that the host's probe finds`() async throws {
        let ground = try Playground()
        let question = ImageQuestion(programs: ["python3"], path: "/usr/local/bin:/usr/bin:/bin")
        let result = try await ground.processes.run(Invocation("/bin/sh", ["-c", question.script]))
        let answer = try #require(ImageAnswer(result.text, to: question))
        let command = Command.list([[.text("python3")]])
        let host = try await ground.maker().environmentProbe.read(commands: [command], folder: ground.project)
        func software(_ facts: Mapping) -> Mapping {
            facts.filter { $0.key.hasPrefix("interpreter") || $0.key.hasPrefix("package.") }
        }
        #expect(software(answer.facts) == software(host.fingerprint.facts))
    }
}

@Suite struct `The identity of a snapshot` {
    private let code = CodeTree(tree: String(repeating: "a", count: 40))
    private let host = EnvironmentFingerprint(facts: ["libc": "glibc 2.36", "system": "Debian GNU/Linux 12 (bookworm)"])

    @Test func `on the host is what it always was`() throws {
        let manifest = SnapshotManifest(
            code: code,
            data: [DataDigest(name: "d", digest: SHA256Hasher.digest(of: "x".utf8), bytes: 1, files: 1)],
            environment: host
        )
        #expect(
            try identity(of: manifest).description == "364701bc7c4bacb57a457b882d0ed818b6320f61ba5df0d18ced620d092c8f3c"
        )
    }

    @Test func `tells steps with images of their own apart`() throws {
        let image = EnvironmentFingerprint(kind: "image", facts: ["image": "0"])
        let plain = SnapshotManifest(code: code, data: [], environment: host)
        let mixed = SnapshotManifest(code: code, data: [], environment: host, steps: ["train": image])
        let other = SnapshotManifest(code: code, data: [], environment: host, steps: ["report": image])
        #expect(Set(try [plain, mixed, other].map { try identity(of: $0) }).count == 3)
    }
}
