import RepriseModel
import RepriseYAML

/// What stands for the values of one swept parameter: the values themselves, or what they are drawn from.
enum SweepValues: Hashable, Sendable {
    case values([Value])
    case drawn(Distribution)

    /// The most values that one function may make.
    static let countLimit = 1_000_000

    static let names = ["range", "linspace", "logspace", "choice", "log", "uniform", "int", "normal"]

    /// Reads `range(0, 10)`, `log(1e-4, 1e-1)` and the like; nil where the text is no such function.
    init?(_ text: String, at place: Place) throws {
        let trimmed = ValueText.trimmed(text)
        guard let open = trimmed.firstIndex(of: "("), trimmed.last == ")" else { return nil }
        let name = String(trimmed[..<open])
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0 == "_" }) else { return nil }
        guard Self.names.contains(name) else {
            guard let near = nearestName(to: name, among: Self.names) else { return nil }
            throw Mistake(
                "there is no sweep `\(name)(…)`",
                fix: "did you mean `\(near)`? Text that looks like this goes in quotes",
                code: "unknown-function",
                place: place
            )
        }
        let inside = String(trimmed[trimmed.index(after: open)...].dropLast())
        let items = ValueText.trimmed(inside).isEmpty ? [] : try ValueText.items(inside, at: place)
        let values = try items.map { try ValueText.value($0, at: place) }
        if name == "choice" {
            self = .values(values)
            return
        }
        let function = SweepFunction(name: name, text: trimmed, arguments: values, place: place)
        self = try function.values()
    }
}

/// A function of numbers that stands for the values of a parameter.
private struct SweepFunction {
    let name: String
    let text: String
    let arguments: [Value]
    let place: Place

    func values() throws -> SweepValues {
        switch name {
        case "range": return .values(try range())
        case "linspace", "logspace": return .values(try spaced())
        case "int":
            let (low, high) = (try whole(0), try whole(1))
            try check(arguments.count == 2 && low <= high, "`int(a, b)` takes two whole numbers, the smaller first")
            return .drawn(.whole(low, high))
        default:
            try check(arguments.count == 2, "`\(name)` takes two numbers")
            let (low, high) = (try number(0), try number(1))
            switch name {
            case "normal":
                try check(high >= 0, "`normal(mean, deviation)` takes a deviation from 0 up")
                return .drawn(.normal(mean: low, deviation: high))
            case "log":
                try check(low > 0 && low <= high, "`log(a, b)` takes two numbers above 0, the smaller first")
                return .drawn(.logarithmic(low, high))
            default:
                try check(low <= high, "`uniform(a, b)` takes two numbers, the smaller first")
                return .drawn(.uniform(low, high))
            }
        }
    }

    private func check(_ holds: Bool, _ rule: String) throws {
        guard !holds else { return }
        throw Mistake("`\(text.prefix(80))` makes no values", why: rule, code: "wrong-sweep", place: place)
    }

    private func number(_ index: Int) throws -> Double {
        guard arguments.indices.contains(index), let number = arguments[index].doubleValue, number.isFinite else {
            throw Mistake("`\(text.prefix(80))` takes numbers", code: "wrong-sweep", place: place)
        }
        return number
    }

    private func whole(_ index: Int) throws -> Int64 {
        guard arguments.indices.contains(index), let number = arguments[index].integerValue else {
            throw Mistake("`\(text.prefix(80))` takes whole numbers", code: "wrong-sweep", place: place)
        }
        return number
    }

    /// `range(end)`, `range(start, end)` or `range(start, end, step)`; the end is left out.
    private func range() throws -> [Value] {
        try check((1...3).contains(arguments.count), "`range(start, end, step)` takes one to three numbers")
        let isWhole = arguments.allSatisfy { $0.integerValue != nil }
        let start = arguments.count > 1 ? try number(0) : 0
        let end = try number(arguments.count > 1 ? 1 : 0)
        let step = arguments.count > 2 ? try number(2) : 1
        try check(step != 0, "the step is 0")
        try check([start, end, step].allSatisfy { abs($0) < 9e15 }, "it takes numbers below 9e15")
        // A decimal step may miss the end by a rounding error, and the end is left out.
        let count = max(0, ((end - start) / step - 1e-9).rounded(.up))
        try check(count < Double(SweepValues.countLimit), "it makes more than \(SweepValues.countLimit) values")
        return (0..<Int(count))
            .map { index in
                let value = start + Double(index) * step
                return isWhole ? .integer(Int64(value)) : .number(roundedForPeople(value))
            }
    }

    private func spaced() throws -> [Value] {
        try check(arguments.count == 3, "`\(name)(a, b, n)` takes two ends and a count")
        let (low, high, count) = (try number(0), try number(1), try whole(2))
        try check(
            count >= 1 && count <= SweepValues.countLimit,
            "the count must be from 1 to \(SweepValues.countLimit)"
        )
        try check(name == "linspace" || (low > 0 && high > 0), "both ends of `logspace` must be above 0")
        return (0..<count)
            .map { index in
                if index == 0 { return .number(low) }
                if index == count - 1 { return .number(high) }
                let share = Double(index) / Double(count - 1)
                if name == "linspace" { return .number(roundedForPeople(low + (high - low) * share)) }
                let (from, to) = (PortableMath.logarithm(low), PortableMath.logarithm(high))
                return .number(roundedForPeople(PortableMath.exponential(from + (to - from) * share)))
            }
    }
}
