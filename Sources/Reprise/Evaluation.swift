import RepriseModel

/// Runs that are being executed, and what becomes of them.
public struct Evaluation: Sendable {
    /// The runs, in the order of their variants.
    public let runs: [RunID]
    let laboratory: Laboratory
    let settings: [String]

    /// What happens, each change after it is on disk; ends when all runs have ended.
    ///
    /// Iterating drives the runs where no other process supervises the store. Ending early leaves them running.
    public var progress: AsyncThrowingStream<ProgressEvent, any Error> {
        get throws { try laboratory.supervise(runs, settings: settings) }
    }

    /// Waits for the end of all runs, and returns what is kept of them, in the order of `runs`.
    public func results() async throws -> [RunRecord] {
        for try await _ in try progress {}
        return try runs.map(laboratory.show)
    }
}

/// Freezes and queues an experiment at a site: the one verb that most programs need.
///
/// The runs are on disk when this returns; iterate over `progress` or call `results` to have them executed.
///
///     let site = Laboratory(world: .live(variables: environment), folder: ".")
///     let evaluation = try await evaluate(RunOptions(file: "digits.exp.yaml"), at: site)
///     for try await event in try evaluation.progress { print(event) }
public func evaluate(_ experiment: RunOptions, at site: Laboratory) async throws -> Evaluation {
    let plan = try await site.plan(experiment)
    let launch = try await site.launch(plan)
    return Evaluation(runs: launch.runs, laboratory: site, settings: plan.settings)
}
