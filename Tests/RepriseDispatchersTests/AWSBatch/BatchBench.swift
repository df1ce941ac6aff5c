import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit

@testable import RepriseDispatchers

/// Jobs of a real queue in a temporary folder, removed at the end.
///
/// Their containers see one folder of this machine, in which each notes that it has begun: what they leave else comes back
/// through the bucket.
final class BatchBench: FolderBench {
    let folders: BenchFolders
    let image: String
    private let notes: String
    private let definition: String

    init(image: String = TestEngine.image) async throws {
        let notes = FileManager.default.temporaryDirectory.appending(path: "reprise-batch-notes-\(UUID().uuidString)")
            .path
        try LiveFileSystem().makeFolder(notes)
        try LiveFileSystem().setMode(0o777, of: notes)
        self.image = image
        self.notes = notes
        folders = BenchFolders("batch", note: "echo x >> \(notes)/$REPRISE_RUN_ID")
        definition = "reprise-test-" + notes.suffix(36)
        let request: Value = [
            "jobDefinitionName": .string(definition), "type": "container",
            "containerProperties": [
                "image": .string(image),
                "resourceRequirements": [["type": "VCPU", "value": "1"], ["type": "MEMORY", "value": "64"]],
                "volumes": [["name": "notes", "host": ["sourcePath": .string(notes)]]],
                "mountPoints": [["sourceVolume": "notes", "containerPath": .string(notes), "readOnly": false]],
            ],
        ]
        let commands = AWSCommands(
            settings: settings(),
            processes: LiveProcessRunner(),
            files: LiveFileSystem(),
            variables: inheritedVariables(),
            folder: notes
        )
        try await commands.register(request)
    }

    deinit { try? LiveFileSystem().remove(notes) }

    func settings() -> BatchSettings {
        var settings = BatchSettings(
            queue: TestEngine.batchQueue,
            workspace: TestEngine.batchWorkspace,
            region: ProcessInfo.processInfo.environment["AWS_DEFAULT_REGION"],
            endpoint: ProcessInfo.processInfo.environment["AWS_ENDPOINT_URL"]
        )
        settings.definition = definition
        return settings
    }

    func makeDispatcher() throws -> any Dispatcher { makeBatch() }

    func makeBatch(
        _ settings: BatchSettings? = nil,
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables()
    ) -> AWSBatch {
        AWSBatch(
            settings ?? self.settings(),
            folder: path + "/aws-batch",
            processes: processes,
            variables: variables,
            interval: .milliseconds(500)
        )
    }

    func equip(_ job: Job) throws -> Job {
        var job = job
        job.container = JobContainer(image: image, mounts: [])
        job.parcel = JobParcel(runFolder: job.folder, files: ["run.sh"])
        return job
    }

    func executions(of job: Job) async throws -> Int {
        let path = "\(notes)/\(job.key.run)"
        guard try files.exists(path) else { return 0 }
        return try files.text(path).split(separator: "\n").count
    }
}
