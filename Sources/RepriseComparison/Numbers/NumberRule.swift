import RepriseModel

/// When two numbers count as the same: bit for bit, or within a tolerance.
package struct NumberRule: Hashable, Sendable {
    package let isBitwise: Bool
    private let absolute: Double
    private let relative: Double

    package static let bitwise = NumberRule(isBitwise: true, absolute: 0, relative: 0)

    private init(isBitwise: Bool, absolute: Double, relative: Double) {
        self.isBitwise = isBitwise
        self.absolute = absolute
        self.relative = relative
    }

    /// Nil for `statistical`, which two executions alone cannot decide. A negative or undefined bound forgives nothing.
    package init?(_ tolerance: Tolerance) {
        switch tolerance {
        case .bitwise: self = .bitwise
        case .within(let absolute, let relative):
            self.init(
                isBitwise: false,
                absolute: absolute > 0 ? absolute : 0,
                relative: relative > 0 ? relative : 0
            )
        case .statistical: return nil
        }
    }

    /// How far from `left` a number may be; 0 where `left` is no finite number, which only itself equals.
    package func allowed(from left: Number) -> Double {
        let size = left.double.magnitude
        guard !isBitwise, size.isFinite else { return 0 }
        // 0 × ∞ has no value, and a tolerance of 0 forgives nothing.
        return absolute + (relative > 0 && size > 0 ? relative * size : 0)
    }

    package func forgives(_ left: Number, _ right: Number) -> Bool {
        if isBitwise { return isSameBits(left, right) }
        let distance = left.distance(to: right)
        if distance == 0 { return true }
        return right.double.isFinite && distance <= allowed(from: left)
    }

    private func isSameBits(_ left: Number, _ right: Number) -> Bool {
        switch (left, right) {
        case (.whole(let left), .whole(let right)): left == right
        case (.decimal(let left), .decimal(let right)):
            left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        default: false
        }
    }
}

/// Judges pairs of numbers by a rule and remembers the largest distance that it met.
struct NumberMeter {
    let rule: NumberRule
    private(set) var largestAbsolute = 0.0
    private(set) var largestRelative = 0.0

    init(rule: NumberRule) { self.rule = rule }

    mutating func forgives(_ left: Number, _ right: Number) -> Bool {
        remember(left.distance(to: right), from: left.double.magnitude)
        return rule.forgives(left, right)
    }

    /// Judges two things that are so far apart, the original being of that size: complex numbers.
    mutating func forgives(distance: Double, from size: Double) -> Bool {
        remember(distance, from: size)
        return !rule.isBitwise && distance.isFinite && distance <= rule.allowed(from: .decimal(size))
    }

    private mutating func remember(_ distance: Double, from size: Double) {
        guard distance > 0 else { return }
        largestAbsolute = max(largestAbsolute, distance)
        largestRelative = max(largestRelative, size > 0 && size.isFinite ? distance / size : .infinity)
    }

    /// The evidence for a pair that the rule does not forgive.
    func spot(_ place: String, _ left: Number, _ right: Number) -> Spot {
        Spot(
            place: place,
            left: left.text,
            right: right.text,
            difference: left.distance(to: right),
            allowed: rule.allowed(from: left)
        )
    }
}
