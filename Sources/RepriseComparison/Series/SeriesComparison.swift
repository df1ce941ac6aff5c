import RepriseModel

/// Compares two metric series by step. A step that comes again is compared occurrence by occurrence, in order of
/// arrival; times never count. NaN equals NaN, an infinity equals itself; -0.0 and 0.0 differ bit for bit alone.
package struct SeriesComparison: Sendable {
    package let key: String
    package let tolerance: Tolerance

    package init(key: String, rule: MetricRule = MetricRule()) {
        self.key = key
        tolerance = rule.tolerance
    }

    /// Judges two series in order of arrival. Linear where steps arrive in order, and needs a sort where they do not.
    package func judge(_ left: [MetricPoint], _ right: [MetricPoint]) -> SeriesJudgement {
        var walk = SeriesWalk(left: left, right: right, rule: NumberRule(tolerance) ?? .bitwise)
        walk.run()
        var judgement = SeriesJudgement(
            key: key,
            outcome: walk.parting == nil && walk.unpaired == nil ? .same : .differs,
            tolerance: tolerance,
            leftCount: left.count,
            rightCount: right.count,
            parting: walk.parting,
            unpaired: walk.unpaired,
            partings: walk.partings,
            largestAbsolute: walk.meter.largestAbsolute,
            largestRelative: walk.meter.largestRelative
        )
        if tolerance == .statistical { judgeStatistically(&judgement) }
        return judgement
    }

    /// Two executions show no spread. Only bits that are all the same, and a series that one side lacks, need none.
    private func judgeStatistically(_ judgement: inout SeriesJudgement) {
        if judgement.outcome == .same {
            judgement.reason = "bit for bit, which is more than its class asks"
        } else if judgement.leftCount > 0, judgement.rightCount > 0 {
            judgement.outcome = .undecided
            judgement.reason = "the class `statistical` needs several repeats to know the spread"
        }
    }
}

private struct SeriesWalk {
    let left: [MetricPoint]
    let right: [MetricPoint]
    var meter: NumberMeter
    var parting: SeriesJudgement.Parting?
    var unpaired: SeriesJudgement.Unpaired?
    var partings = 0

    init(left: [MetricPoint], right: [MetricPoint], rule: NumberRule) {
        self.left = left
        self.right = right
        meter = NumberMeter(rule: rule)
    }

    mutating func run() {
        let leftOrder = orderByStep(left)
        let rightOrder = orderByStep(right)
        var (i, j, occurrence) = (0, 0, 0)
        var lastStep: Int64?
        while i < left.count || j < right.count {
            let leftIndex = leftOrder?[at: i] ?? i
            let rightIndex = rightOrder?[at: j] ?? j
            let one = i < left.count ? left[leftIndex] : nil
            let other = j < right.count ? right[rightIndex] : nil
            if let one, let other, one.step == other.step {
                occurrence = one.step == lastStep ? occurrence + 1 : 0
                lastStep = one.step
                pair(one, other, occurrence: occurrence, index: leftIndex)
                (i, j) = (i + 1, j + 1)
            } else if let one, one.step < other?.step ?? .max || other == nil {
                miss(one, .left)
                i += 1
            } else if let other {
                miss(other, .right)
                j += 1
            }
        }
    }

    private mutating func pair(_ one: MetricPoint, _ other: MetricPoint, occurrence: Int, index: Int) {
        if one.value.bitPattern == other.value.bitPattern { return }
        let (left, right) = (Number.decimal(one.value), Number.decimal(other.value))
        if meter.forgives(left, right) { return }
        partings += 1
        guard parting == nil else { return }
        parting = SeriesJudgement.Parting(
            step: one.step,
            occurrence: occurrence,
            index: index,
            left: one.value,
            right: other.value,
            difference: left.distance(to: right),
            allowed: meter.rule.allowed(from: left)
        )
    }

    private mutating func miss(_ point: MetricPoint, _ side: Side) {
        guard unpaired == nil else { return }
        unpaired = SeriesJudgement.Unpaired(step: point.step, side: side, value: point.value)
    }
}

/// The places of the points by step and then by arrival; nil where they stand so already.
private func orderByStep(_ points: [MetricPoint]) -> [Int]? {
    let isInOrder = zip(points, points.dropFirst()).allSatisfy { $0.step <= $1.step }
    if isInOrder { return nil }
    return points.indices.sorted { (points[$0].step, $0) < (points[$1].step, $1) }
}

extension Array {
    fileprivate subscript(at index: Int) -> Element? { index < count ? self[index] : nil }
}
