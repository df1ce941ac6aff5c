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

    /// What `description` tells; nil for other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let words = (parts.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard let run = words.first.flatMap({ RunID($0) }), (1...3).contains(words.count) else { return nil }
        self.init(run: run)
        if words.count > 1 { step = String(words[1]) }
        if words.count > 2 {
            guard let number = Int(words[2]) else { return nil }
            split = number
        }
        if parts.count > 1 {
            guard let number = Int(parts[1]) else { return nil }
            attempt = number
        }
        guard description == String(text) else { return nil }
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
