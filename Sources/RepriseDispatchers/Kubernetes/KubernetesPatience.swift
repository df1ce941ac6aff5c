import RepriseModel
import RepriseSystem

extension KubernetesCommands {
    /// Executes words in a container of a pod. A connection that says nothing for `patience` is given up: whatever stands
    /// between here and a node may lose it without a word.
    func execute(
        _ words: [String],
        in pod: String,
        _ container: String,
        patience: Duration = .seconds(60)
    ) async throws -> ProcessResult {
        try await patient(patience) { try await run(["exec", pod, "--container=\(container)", "--"] + words) }
    }

    /// The same, with what it prints in a file here, which may be larger than the memory.
    func execute(
        _ words: [String],
        in pod: String,
        _ container: String,
        output: String,
        files: any FileSystem,
        patience: Duration = .seconds(120)
    ) async throws -> ProcessResult {
        let line = ["kubectl"] + global + ["exec", pod, "--container=\(container)", "--"] + words
        let redirecting = ["-c", #"exec "$@" > "$0""#, output] + line
        return try await patient(patience, growing: { try? files.status(output)?.bytes }) {
            try await processes.run(Invocation("sh", redirecting))
        }
    }

    /// Ends `body` when `growing` has told the same for `patience`.
    func patient<Result: Sendable>(
        _ patience: Duration,
        growing: @escaping @Sendable () -> Int64? = { nil },
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var last: Int64?
                repeat {
                    last = growing()
                    try await ContinuousClock().sleep(for: patience)
                } while growing() != last
                let time = Quantities.text(milliseconds: patience.milliseconds)
                throw KubernetesError.down(words: "a connection to a pod has said nothing for \(time)")
            }
            guard let result = try await group.next() else { throw CancellationError() }
            group.cancelAll()
            return result
        }
    }
}
