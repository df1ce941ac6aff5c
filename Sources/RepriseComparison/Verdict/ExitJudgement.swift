import RepriseModel

/// How two executions ended, side by side.
public struct ExitJudgement: Hashable, Sendable, Codable {
    public struct Ending: Hashable, Sendable, Codable {
        public var state: RunState
        public var status: Int?
        public var signal: Int?

        /// `exit status 3`, `signal 9`, `cancelled`.
        public var words: String {
            if let signal { return "signal \(signal)" }
            if let status { return "exit status \(status)" }
            return state.rawValue
        }
    }

    public var outcome: Verdict.Outcome
    public var left: Ending
    public var right: Ending
    public var reason: String?

    init(_ left: RunRecord, _ right: RunRecord) {
        self.left = Ending(left)
        self.right = Ending(right)
        let unfinished = [("original", left), ("repeat", right)]
            .first { $0.1.state != .finished && $0.1.state != .failed }
        if let (name, record) = unfinished {
            outcome = .undecided
            reason =
                record.state.isEnded
                ? "the \(name) was \(record.state.rawValue): what it left is not all it would have left"
                : "the \(name) is \(record.state.rawValue): wait for its end with `reprise wait \(record.id.short)`"
        } else {
            outcome = self.left == self.right ? .same : .differs
        }
    }
}

extension ExitJudgement.Ending {
    init(_ record: RunRecord) {
        state = record.state
        let ended = record.jobs.first { $0.exit?.isSuccess == false } ?? record.jobs.last
        signal = record.state == .failed ? ended?.exit?.signal : nil
        status = record.exitStatus ?? (signal == nil ? ended?.exit?.status : nil)
    }
}
