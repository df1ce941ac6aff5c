import Foundation

/// How values lie along an axis.
package enum AxisScale: String, Hashable, Sendable {
    case linear, logarithmic

    /// Whether the value has a place on such an axis.
    func holds(_ value: Double) -> Bool { value.isFinite && (self == .linear || value > 0) }
}

/// One axis of a chart: what it spans, where a value lies, and where ticks stand.
struct Axis: Hashable {
    let lower: Double
    let upper: Double
    let scale: AxisScale

    /// A span of nothing is widened, so that a constant series lies in the middle.
    init(_ lower: Double, _ upper: Double, _ scale: AxisScale) {
        self.scale = scale
        if lower < upper {
            (self.lower, self.upper) = (lower, upper)
        } else if scale == .logarithmic {
            (self.lower, self.upper) = (
                max(lower / 10, .leastNonzeroMagnitude), min(upper * 10, .greatestFiniteMagnitude)
            )
        } else {
            let margin = lower == 0 ? 1 : min(abs(lower) / 10, .greatestFiniteMagnitude / 8)
            (self.lower, self.upper) = (lower - margin, upper + margin)
        }
    }

    /// From 0 at the lower end to 1 at the upper; nil for what the axis cannot hold.
    func position(_ value: Double) -> Double? {
        guard scale.holds(value) else { return nil }
        let isLogarithmic = scale == .logarithmic
        // Halves, because the distance between two finite numbers may be infinite.
        let place: (Double) -> Double = { isLogarithmic ? log10($0) : $0 / 2 }
        let part = (place(value) - place(lower)) / (place(upper) - place(lower))
        return part.isFinite ? min(max(part, 0), 1) : 0.5
    }

    struct Tick: Hashable {
        let value: Double
        let position: Double
        let label: String
    }

    /// At most `count` ticks (at least 2) at round numbers within the axis.
    func ticks(atMost count: Int) -> [Tick] {
        let count = max(2, count)
        if scale == .logarithmic, let decades = decades(atMost: count) { return decades }
        return linearTicks(atMost: count)
    }

    private func linearTicks(atMost count: Int) -> [Tick] {
        let span = upper - lower
        guard span.isFinite, span / Double(count) > 0 else {
            return [lower, upper].compactMap { tick($0, NumberText.short($0)) }
        }
        let step = roundStep(span / Double(count - 1), of: count)
        let first = (lower / step).rounded(.up)
        let last = (upper / step).rounded(.down)
        guard first <= last, last - first < 1000, abs(first) < 1e15 else {
            return [lower, upper].compactMap { tick($0, NumberText.short($0)) }
        }
        return stride(from: first, through: last, by: 1)
            .compactMap { number in
                // Adding 0 turns -0 into 0.
                let value = number * step + 0
                return tick(value, label(value, step: step))
            }
    }

    /// The smallest 1, 2 or 5 times a power of ten that gives at most `count` ticks.
    private func roundStep(_ raw: Double, of count: Int) -> Double {
        let power = pow(10, Double(NumberText.exponent(raw)))
        for factor in [1.0, 2, 5, 10, 20] {
            let step = factor * power
            if (upper / step).rounded(.down) - (lower / step).rounded(.up) + 1 <= Double(count) { return step }
        }
        return 50 * power
    }

    private func label(_ value: Double, step: Double) -> String {
        guard value != 0 else { return "0" }
        let largest = max(abs(lower), abs(upper))
        guard largest < 1e6, step >= 1e-5 else {
            return NumberText.short(value, digits: max(1, NumberText.exponent(value) - NumberText.exponent(step) + 1))
        }
        return NumberText.fixed(value, decimals: max(0, -NumberText.exponent(step)))
    }

    private func decades(atMost count: Int) -> [Tick]? {
        let first = Int(log10(lower).rounded(.up))
        let last = Int(log10(upper).rounded(.down))
        guard first <= last else { return nil }
        let every = max(1, (last - first + count) / count)
        var values = stride(from: first, through: last, by: every).map { pow(10, Double($0)) }
        if values.count < 2 {
            values = (first - 1...last).flatMap { decade in [1.0, 2, 5].map { $0 * pow(10, Double(decade)) } }
            values = Array(values.filter { $0 >= lower && $0 <= upper }.prefix(count))
        }
        return values.count < 2 ? nil : values.compactMap { tick($0, NumberText.short($0, digits: 2)) }
    }

    private func tick(_ value: Double, _ label: String) -> Tick? {
        position(value).map { Tick(value: value, position: $0, label: label) }
    }
}
