import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem

/// A run's folder in the temporary one, removed at the end.
final class TestFolder: Sendable {
    let path: String
    private let files = LiveFileSystem()

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "reprise-script-\(UUID().uuidString)").path
        try? files.makeFolder(path + "/work")
    }

    deinit { try? files.remove(path) }

    func input(_ request: RunRequest) -> RunScriptInput {
        RunScriptInput(request: request, step: request.steps[0], key: JobKey(run: request.id))
    }

    func write(_ request: RunRequest) throws { try write(RunScript.text(input(request))) }

    func write(_ input: RunScriptInput) throws { try write(RunScript.text(input)) }

    func write(_ script: String) throws { try files.write(script, to: path + "/run.sh") }

    func execute(
        arguments: [String] = [],
        variables: [String: String?] = [:]
    ) async throws -> ProcessResult {
        try await LiveProcessRunner()
            .run(Invocation("sh", ["run.sh"] + arguments, folder: path, variables: variables))
    }

    func execute(program: String, _ arguments: String...) async throws -> ProcessResult {
        try await LiveProcessRunner().run(Invocation(program, arguments, folder: path))
    }
}

extension DataItem {
    static func sample(_ name: String, _ path: String) -> DataItem {
        DataItem(
            name: name,
            path: path,
            digest: Digest(octets: [UInt8](repeating: 1, count: 32)),
            bytes: 1,
            files: 1,
            isFolder: false
        )
    }
}
