import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseDispatchers

@Suite struct `A workspace's words and room` {
    private let files = LiveFileSystem()

    /// Executes a script of a workspace in a folder of this machine.
    private func execute(_ script: String, in folder: String, input: String) async throws -> ProcessResult {
        try await LiveProcessRunner()
            .run(RemoteWorkspace.invocation(script, [folder], input: Array(input.utf8)))
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/reprise-workspace-\(UUID().uuidString)"
        defer { try? files.remove(folder) }
        for name in ["jobs", "code"] { try files.makeFolder("\(folder)/\(name)") }
        try await body(folder)
    }

    @Test func `a full disk is told in few words, whichever program found it`() {
        let words = [
            "rsync: [receiver] write failed on \"/w/code-1.part-af\": No space left on device (28)\nrsync error: error in file IO (code 11)",
            "head: error writing 'standard output': No space left on device",
            "mkdir: cannot create directory 'jobs/x': No space left on device",
        ]
        for text in words {
            let error = RemoteWorkspaceError.refusal(text, path: "/w", host: "login")
            #expect(error == .full(path: "/w", host: "login", words: "No space left on device"))
        }
        let quota = RemoteWorkspaceError.refusal("cat: write error: Disk quota exceeded", path: "/w", host: "login")
        #expect(quota == .full(path: "/w", host: "login", words: "cat: write error: Disk quota exceeded"))
    }

    @Test func `what could not be laid whole is not left lying`() async throws {
        try await withFolder { folder in
            let result = try await execute(
                RemoteWorkspaceScript.lay,
                in: folder,
                input: "job jobs/key jobs/key - 100\n.\nless than a hundred bytes"
            )
            #expect(result.status == 73)
            #expect(try files.names(in: folder + "/jobs").isEmpty)
        }
    }

    @Test func `what was laid before stays when it is laid again in vain`() async throws {
        try await withFolder { folder in
            try files.makeFolder(folder + "/jobs/key/.parcel")
            try files.write("", to: folder + "/jobs/key/.parcel/ready")
            _ = try await execute(RemoteWorkspaceScript.lay, in: folder, input: "job jobs/key jobs/key - 100\n.\n")
            #expect(try files.names(in: folder + "/jobs") == ["key"])
        }
    }

    @Test func `taking away touches nothing but what was begun`() async throws {
        try await withFolder { folder in
            for name in ["jobs/key", "jobs/other", "code/code-1.part-2", "code/code-1"] {
                try files.makeFolder("\(folder)/\(name)")
            }
            try files.write("", to: folder + "/jobs/key.parcel")
            let names = "jobs/key\ncode/code-1.part-2\ncode/code-1\njobs/\n\n../x\n"
            let result = try await execute(RemoteWorkspaceScript.withdraw, in: folder, input: names)
            #expect(result.status == 0 && result.errorText.isEmpty)
            #expect(try files.names(in: folder + "/jobs") == ["other"])
            #expect(try files.names(in: folder + "/code") == ["code-1"])
        }
    }

    @Test func `a key that is refused in the middle of things may come back`() throws {
        let host = try #require(SSHDestination("me@login"))
        let refused = SSHError.refusal("me@login: Permission denied (publickey).", host)
        #expect(!refused.mayPass && refused.mayPassLater)
        #expect(!SSHError.refusal("Bad configuration option: x", host).mayPassLater)
        #expect(MachineAway(cause: refused).fault == .world)
    }
}
