/// The name under which one attempt at one job is submitted, so that a second submission finds the first.
///
/// A job is what a dispatcher executes: a run of a single command, or one step of a run, or one split of a step.
public struct JobKey: Hashable, Sendable, Codable, CustomStringConvertible {
    public var run: RunID
    /// nil for a run of a single command.
    public var step: String?
    /// From 0, where the step is split.
    public var split: Int?
    /// From 1.
    public var attempt: Int

    public init(run: RunID, step: String? = nil, split: Int? = nil, attempt: Int = 1) {
        self.run = run
        self.step = step
        self.split = split
        self.attempt = attempt
    }

    /// `<run>`, `<run>.train`, `<run>.train.3`; an attempt after the first adds `@2`.
    public var description: String {
        let parts = [run.description, step, split.map(String.init)].compactMap { $0 }
        return parts.joined(separator: ".") + (attempt > 1 ? "@\(attempt)" : "")
    }

    /// The folder of the job below the run's folder: empty for a single command's first attempt, else
    /// `steps/train.3`, and `attempts/2` below that for the second attempt.
    public var folder: String {
        var parts: [String] = []
        if let step { parts += ["steps", split.map { "\(step).\($0)" } ?? step] }
        if attempt > 1 { parts += ["attempts", String(attempt)] }
        return parts.joined(separator: "/")
    }
}
