import RepriseModel

extension Verdict {
    /// The verdict for people, a line each: what came of it, every difference with the earliest step first, what is
    /// undecided, what was forgiven, remarks, what had changed; and where it is not the same, what was not held fast.
    public var summaryLines: [String] {
        var lines = headline
        let series = metrics.sorted { ($0.firstStep ?? .max, $0.key) < ($1.firstStep ?? .max, $1.key) }
        let judged = series.map { ($0.outcome, $0.line) } + outputs.map { ($0.outcome, $0.line) }
        for outcome in [Outcome.differs, .undecided, .same] {
            lines += judged.compactMap { $0.0 == outcome ? $0.1 : nil }
        }
        if exit.outcome == .differs {
            lines.insert("differs: \(exit.left.words) became \(exit.right.words)", at: 0)
        }
        if let reason { lines.append("undecided: \(reason)") }
        if let firstDivergence, metrics.count > 1 {
            lines.append("first: at step \(firstDivergence.step), in \(firstDivergence.keys.joined(separator: ", "))")
        }
        lines += remarks.map { "remark: \($0)" }
        lines += factors.map { "changed: \($0.words)" }
        if outcome != .same {
            lines += uncontrolled.map { "not controlled: \($0.what); \($0.fix)" }
        }
        return lines
    }

    private var headline: [String] {
        guard outcome == .same else { return [] }
        let parts = [
            metrics.isEmpty ? nil : count(metrics.count, "metric"),
            outputs.isEmpty ? nil : count(outputs.count, "output"),
            exit.left.words,
        ]
        .compactMap { $0 }
        let all =
            parts.count > 1 ? parts.dropLast().joined(separator: ", ") + " and " + parts[parts.count - 1] : parts[0]
        return ["same: \(all)"]
    }
}

func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

extension SeriesJudgement {
    /// One line, where there is something to say.
    var line: String? {
        switch outcome {
        case .undecided: return "undecided: \(key): \(reason ?? "not compared")"
        case .same:
            guard largestAbsolute > 0 else { return nil }
            return "same: \(key): largest difference \(shortNumber(largestAbsolute)) (allowed \(tolerance.words))"
        case .differs: return "differs: \(key) \(difference)"
        }
    }

    private var difference: String {
        if leftCount == 0 || rightCount == 0 {
            return
                "is only in the \(leftCount == 0 ? "repeat" : "original"), with \(count(max(leftCount, rightCount), "point"))"
        }
        let missing = unpaired.map { point in
            "step \(point.step) is only in the \(point.side == .left ? "original" : "repeat")"
                + (leftCount == rightCount ? "" : " (\(leftCount) points became \(rightCount))")
        }
        guard let parting, parting.step <= unpaired?.step ?? .max else { return "parts: \(missing ?? "")" }
        let more = partings > 1 ? "; \(count(partings, "point")) part" : ""
        return "parts at step \(parting.step)\(parting.words)\(more)" + (missing.map { "; \($0)" } ?? "")
    }
}

extension SeriesJudgement.Parting {
    fileprivate var words: String {
        let again = occurrence > 0 ? " (value \(occurrence + 1) of it)" : ""
        return
            "\(again): \(left) became \(right) (difference \(shortNumber(difference)), allowed \(shortNumber(allowed)))"
    }
}

extension OutputJudgement {
    var line: String? {
        switch outcome {
        case .undecided: return "undecided: \(path): \(reason ?? "not compared")"
        case .same:
            guard let largestDifference, largestDifference > 0 else { return nil }
            return "same: \(path): largest difference \(shortNumber(largestDifference)) (allowed \(tolerance.words))"
        case .differs:
            let parts = [reason, spot.map(\.words)].compactMap { $0 }
            return "differs: \(path): \(parts.isEmpty ? "its bytes" : parts.joined(separator: "; "))"
        }
    }
}

extension Spot {
    /// `row 4, column lr: 0.1 became 0.2 (difference 0.1, allowed 0)`.
    var words: String {
        guard let difference else { return "\(place): \(left) became \(right)" }
        return
            "\(place): \(left) became \(right) (difference \(shortNumber(difference)), allowed \(shortNumber(allowed ?? 0)))"
    }
}

extension Tolerance {
    /// `absolute 1e-6`, `relative 0.01`, `bitwise`.
    var words: String {
        switch self {
        case .bitwise: return "bitwise"
        case .statistical: return "statistical"
        case .within(let absolute, let relative):
            let parts = [
                absolute > 0 || relative <= 0 ? "absolute \(shortNumber(absolute))" : nil,
                relative > 0 ? "relative \(shortNumber(relative))" : nil,
            ]
            return parts.compactMap { $0 }.joined(separator: " + ")
        }
    }
}
