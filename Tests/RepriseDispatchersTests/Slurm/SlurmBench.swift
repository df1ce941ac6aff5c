import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit

/// Jobs of a real Slurm in a temporary folder, removed at the end.
final class SlurmBench: FolderBench {
    let folders = BenchFolders("slurm")
    let settings: SlurmSettings
    /// What jobs are executed in; nil for the node itself.
    let image: String?

    init(_ settings: SlurmSettings = SlurmSettings(), image: String? = nil) {
        self.settings = settings
        self.image = image
    }

    func equip(_ job: Job) -> Job { job.within(image: image) }

    func makeDispatcher() throws -> any Dispatcher { makeSlurm() }

    func makeSlurm(
        _ settings: SlurmSettings? = nil,
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables()
    ) -> Slurm {
        Slurm(
            settings ?? self.settings,
            folder: path + "/slurm",
            processes: processes,
            variables: variables,
            interval: .milliseconds(100)
        )
    }
}

/// Executes programs, and calls `after` for each.
final class CountingRunner: ProcessRunner, Sendable {
    private let live = LiveProcessRunner()
    private let after: @Sendable (Invocation) throws -> Void

    /// `after` runs when a program has ended; what it throws takes the place of the answer.
    init(after: @escaping @Sendable (Invocation) throws -> Void) { self.after = after }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        let result = try await live.run(invocation)
        try after(invocation)
        return result
    }
}
