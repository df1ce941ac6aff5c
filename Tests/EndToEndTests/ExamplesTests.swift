import Foundation
import RepriseModel
import RepriseSystem
import Testing

/// The examples of the repository, run as their own pages say, from a copy.
@Suite(.serialized) struct `Examples` {
    @Test(arguments: ["digits/digits.exp.yaml epochs=1", "pipeline/neighbours.exp.yaml tests=20"])
    func `in Python run and come out the same`(_ line: String) async throws {
        try await inCopy { workshop in
            let words = line.split(separator: " ").map(String.init)
            try await workshop.run(["run"] + words, expecting: 0)
            try await workshop.reprise("verify", "@last")
        }
    }

    @Test func `in plain shell run`() async throws {
        try await inCopy { workshop in
            try await workshop.reprise("run", "shell/compress.exp.yaml", "last=2")
            let text = try await workshop.reprise("show", "@last", "--no-curves").text
            #expect(text.contains("bytes"))
            #expect(text.contains("best.gz"))
        }
    }

    @Test func `written as a program plan their sweep and run it`() async throws {
        try await inCopy { workshop in
            try await workshop.reprise("run", "specs/specs.py", "epochs=1")
            let rows = try #require(try await workshop.json("list").listValue)
            #expect(rows.count == 6)
            #expect(rows.allSatisfy { $0[path: "state"] == "finished" })
        }
    }

    @Test(
        .enabled(if: Examples.hasCompiler, "NOT RUN: no `swiftc` in PATH, so the Swift example was not tried")
    )
    func `in Swift run`() async throws {
        try await inCopy { workshop in
            try await workshop.reprise("run", "swift/ball.exp.yaml", "samples=1000")
        }
    }

    private func inCopy(_ body: (Workshop) async throws -> Void) async throws {
        let examples = try repository() + "/examples"
        try await Workshop.use { workshop in
            _ = try await workshop.shell(
                "git init -q . && cd '\(examples)' && cp -R digits shell pipeline specs swift \"$OLDPWD\""
            )
            try await body(workshop)
        }
    }

    private func repository() throws -> String {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        try #require(FileManager.default.fileExists(atPath: "/\(here)/Package.swift"))
        return "/" + here
    }

    private static var hasCompiler: Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/swiftc") }
    }
}
