import RepriseModel

/// Whether an execution came out as another one did, with the evidence. Kept with the run that was judged.
///
/// Any difference makes it `differs`; without one, anything undecided makes it `undecided`. Logs do not count: they hold
/// times and progress. An execution that finished and left neither metric nor output is undecided, since nothing of it
/// could be compared; one that failed and failed the same way again is the same.
public struct Verdict: Hashable, Sendable, Codable {
    public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable { case same, differs, undecided }

    /// The earliest step at which any metric series parts.
    public struct Divergence: Hashable, Sendable, Codable {
        public var step: Int64
        /// The series that part at that step, sorted.
        public var keys: [String]
    }

    public var version = 1
    public var original: RunID
    /// The run that was judged against it.
    public var judged: RunID
    public var outcome: Outcome
    /// Why nothing could be decided, where no single judgement says it.
    public var reason: String?
    /// Sorted by key.
    public var metrics: [SeriesJudgement]
    /// Sorted by path.
    public var outputs: [OutputJudgement]
    public var exit: ExitJudgement
    public var firstDivergence: Divergence?
    /// What differed between the two executions besides their results.
    public var factors: [Factor]
    /// What neither of them held fast.
    public var uncontrolled: [Uncontrolled]
    /// What else a person should know, in sentences.
    public var remarks: [String]
    public var judgedAt: Timestamp

    /// Puts the judgements of single metrics and outputs together.
    ///
    /// `changedFiles` are the paths whose content differs between the two code trees, for the code's factor.
    package init(
        original: Execution,
        judged: Execution,
        metrics: [SeriesJudgement],
        outputs: [OutputJudgement],
        changedFiles: [String] = [],
        at moment: Timestamp
    ) {
        self.original = original.record.id
        self.judged = judged.record.id
        self.metrics = metrics.sorted { $0.key < $1.key }
        self.outputs = outputs.sorted { $0.path < $1.path }
        exit = ExitJudgement(original.record, judged.record)
        firstDivergence = Self.divergence(metrics)
        factors = Factor.between(original, judged, changedFiles: changedFiles)
        uncontrolled = Uncontrolled.of(judged)
        remarks = Self.remarks(original.record, judged.record, exit)
        judgedAt = moment
        (outcome, reason) = Self.outcome(exit, metrics, outputs)
    }

    private static func divergence(_ metrics: [SeriesJudgement]) -> Divergence? {
        let parted = metrics.filter { $0.outcome == .differs }
        guard let step = parted.compactMap(\.firstStep).min() else { return nil }
        return Divergence(step: step, keys: parted.filter { $0.firstStep == step }.map(\.key).sorted())
    }

    private static func outcome(
        _ exit: ExitJudgement,
        _ metrics: [SeriesJudgement],
        _ outputs: [OutputJudgement]
    ) -> (Outcome, String?) {
        let outcomes = [exit.outcome] + metrics.map(\.outcome) + outputs.map(\.outcome)
        if outcomes.contains(.differs) { return (.differs, nil) }
        if outcomes.contains(.undecided) { return (.undecided, exit.reason) }
        if metrics.isEmpty, outputs.isEmpty, exit.left.state == .finished {
            return (.undecided, "nothing to compare: declare `outputs` or log metrics")
        }
        return (.same, nil)
    }

    private static func remarks(_ original: RunRecord, _ judged: RunRecord, _ exit: ExitJudgement) -> [String] {
        var remarks: [String] = []
        if exit.outcome == .same, exit.left.state == .failed {
            remarks.append("both failed with \(exit.left.words)")
        }
        for (name, record) in [("original", original), ("repeat", judged)] {
            remarks += record.notes.map { "the \(name): \($0)" }
        }
        return remarks
    }
}
