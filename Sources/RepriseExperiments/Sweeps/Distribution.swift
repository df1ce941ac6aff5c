import RepriseModel

/// From what a parameter of a random sweep is drawn.
enum Distribution: Hashable, Sendable {
    /// Evenly between the logarithms of two numbers.
    case logarithmic(Double, Double)
    case uniform(Double, Double)
    /// Both ends included.
    case whole(Int64, Int64)
    case normal(mean: Double, deviation: Double)
    case choice([Value])

    func draw(using generator: inout SweepGenerator) -> Value {
        switch self {
        case .logarithmic(let low, let high):
            let (from, to) = (PortableMath.logarithm(low), PortableMath.logarithm(high))
            let value = PortableMath.exponential(from + (to - from) * generator.unit())
            return .number(min(max(roundedForPeople(value), low), high))
        case .uniform(let low, let high):
            let share = generator.unit()
            return .number(min(max(roundedForPeople(low * (1 - share) + high * share), low), high))
        case .whole(let low, let high):
            let width = UInt64(bitPattern: high) &- UInt64(bitPattern: low)
            return .integer(Int64(bitPattern: UInt64(bitPattern: low) &+ generator.number(through: width)))
        case .normal(let mean, let deviation): return .number(roundedForPeople(mean + deviation * generator.normal()))
        case .choice(let values): return values[Int(generator.number(through: UInt64(values.count - 1)))]
        }
    }
}

/// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
///
/// Each swept parameter draws from a stream of its own, named after it, so that sweeping a further parameter does
/// not change what the others get.
struct SweepGenerator {
    private var state: UInt64

    /// A stream of `seed` with a name; the name is mixed in by FNV-1a (Fowler, Noll and Vo).
    init(seed: Seed, stream: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        state = UInt64(bitPattern: seed.value) ^ hash
        // The first output separates streams whose states are near each other.
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// From 0 up to, not including, 1, in steps of 2⁻⁵³.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// From 0 to `limit`, both included, every number equally often.
    mutating func number(through limit: UInt64) -> UInt64 {
        guard limit < .max else { return next() }
        let count = limit + 1
        // Numbers beyond the last whole multiple of `count` would favour the small ones.
        let tail = (UInt64.max % count + 1) % count
        while true {
            let bits = next()
            if bits <= UInt64.max - tail { return bits % count }
        }
    }

    /// Of mean 0 and deviation 1, by Marsaglia's polar method.
    mutating func normal() -> Double {
        while true {
            let x = 2 * unit() - 1
            let y = 2 * unit() - 1
            let radius = x * x + y * y
            if radius > 0, radius < 1 { return x * (-2 * PortableMath.logarithm(radius) / radius).squareRoot() }
        }
    }
}
