import Foundation
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `A workspace of several people` {
    private let folders = BenchFolders("shared")

    @Test func `one's own is used as it is, and made where it is not there`() async throws {
        let path = folders.path + "/own"
        #expect(try await place(RemoteWorkspaceScript.probe, path) == path)
        #expect(try await place(RemoteWorkspaceScript.open, path) == path)
        #expect(try await place(RemoteWorkspaceScript.probe, path) == path)
    }

    @Test(.enabled(if: ProcessOwner.current.user == 0, "only root can make a folder of somebody else"))
    func `in a folder of somebody else everybody has their own`() async throws {
        let path = folders.path + "/lab"
        try folders.files.makeFolder(path)
        try FileManager.default.setAttributes([.ownerAccountID: 1], ofItemAtPath: path)
        for script in [RemoteWorkspaceScript.probe, RemoteWorkspaceScript.open, RemoteWorkspaceScript.probe] {
            #expect(try await place(script, path) == path + "/root")
        }
        #expect(try folders.files.names(in: path) == ["root"])
    }

    @Test(.enabled(if: ProcessOwner.current.user != 0, "root may write everywhere"))
    func `whose folder it is in which one may not write is told`() async throws {
        let words = ["sh", "/usr"]
        let result = try await LiveProcessRunner()
            .run(Invocation("sh", ["-c", RemoteWorkspaceScript.probe] + words))
        #expect(result.status == 73)
        #expect(result.errorText.contains("it belongs to `root`, and `"))
    }

    private func place(_ script: String, _ path: String) async throws -> String {
        let result = try await LiveProcessRunner().run(Invocation("sh", ["-c", script, "sh", path]))
        #expect(result.status == 0, "\(result.errorText)")
        return RemoteFacts(result.text).root
    }
}
