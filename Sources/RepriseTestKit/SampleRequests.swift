import RepriseModel

extension RunRequest {
    /// A request for one shell command, with everything else fixed.
    package static func sample(_ command: String, run: RunID? = nil) -> RunRequest {
        var generator = SeededGenerator(seed: 7)
        return RunRequest(
            id: run ?? RunID(using: &generator),
            name: "sample",
            project: "tests",
            experiment: "sample",
            launch: "sample",
            seed: Seed(1234),
            snapshot: Digest(octets: [UInt8](repeating: 0xAB, count: 32)),
            steps: [StepRequest(command: .shell([.text(command)]))],
            createdAt: Timestamp(milliseconds: 1_700_000_000_000)
        )
    }
}
