import OrderedCollections
import RepriseModel
import RepriseYAML

/// One variant of an experiment: what a sweep changes, and under which seed.
package struct Variant: Sendable {
    /// Its place in the sweep before `where`, `order` and `limit`, from 0.
    package var number: Int
    /// Which of its repeats, from 0.
    package var replicate: Int
    /// A map of all parameters; every leaf knows the layer it came from.
    package var parameters: LocatedValue
    package var seed: Seed
}

/// A sweep over the parameters of one experiment.
package struct SweepExpansion: Sendable {
    /// How many combinations are looked through at most.
    static let searchLimit = 10_000_000

    let parameters: LocatedValue
    let sweep: Sweep?
    let seed: Seed
    private let axes: [Sweep.Axis]

    /// Checks that every swept name is a parameter. `seed` is the experiment's root.
    package init(_ experiment: Experiment, seed: Seed) throws {
        parameters = experiment.parameters
        sweep = experiment.sweep
        self.seed = seed
        guard let sweep else {
            axes = []
            return
        }
        var axes = sweep.axes
        if let random = sweep.random { axes.append(Self.drawn(random, seed: random.seed ?? seed)) }
        for axis in axes {
            for (column, name) in axis.names.enumerated() {
                try Self.check(name, at: axis.places[column], parameters)
            }
        }
        self.axes = axes.map { Self.typed($0, like: experiment.parameters) }
        if let condition = sweep.condition { try checkNames(condition) }
    }

    /// How many variants there are before `where`, `limit` and `repeats`; `Int.max` where nobody could count them.
    package var combinations: Int {
        guard let sweep else { return 1 }
        let hasProduct = !axes.isEmpty || sweep.entries.isEmpty
        var product = hasProduct ? 1 : 0
        for axis in axes {
            let (next, overflow) = product.multipliedReportingOverflow(by: axis.rows.count)
            if overflow { return .max }
            product = next
        }
        let (sum, overflow) = product.addingReportingOverflow(sweep.entries.count)
        return overflow ? .max : sum
    }

    /// Every variant to run, in the order to start them.
    ///
    /// Refuses more than `bound` runs unless `confirmed`, and a sweep of which nothing is left.
    package func variants(bound: Int = 10_000, confirmed: Bool = false) throws -> [Variant] {
        guard let sweep else { return [Variant(number: 0, replicate: 0, parameters: parameters, seed: seed)] }
        let numbers = try self.numbers(sweep)
        let (total, overflow) = numbers.count.multipliedReportingOverflow(by: sweep.repeats)
        try Self.refuse(overflow ? .max : total, bound: bound, confirmed: confirmed, at: sweep.place)
        var variants: [Variant] = []
        variants.reserveCapacity(total)
        for number in numbers {
            let parameters = self.parameters(number)
            let own = seed.child(number)
            for replicate in 0..<sweep.repeats {
                let seed = sweep.repeats > 1 ? own.child(replicate) : own
                variants.append(Variant(number: number, replicate: replicate, parameters: parameters, seed: seed))
            }
        }
        return variants
    }

    static func refuse(_ count: Int, bound: Int, confirmed: Bool, at place: Place?) throws {
        guard count <= searchLimit else {
            throw Mistake(
                "the sweep makes \(count == .max ? "more runs than can be counted" : "\(count) runs")",
                why: "at most \(searchLimit) can be kept",
                fix: "narrow it with `limit=100` or `where`",
                code: "too-many-variants",
                place: place
            )
        }
        guard count > bound, !confirmed else { return }
        throw Mistake(
            "the sweep makes \(count == .max ? "more runs than can be counted" : "\(count) runs")",
            why: "more than \(bound) need your word",
            fix: "narrow it with `limit=100` or `where`, or say `--yes`",
            code: "too-many-variants",
            place: place
        )
    }

    /// The numbers of the variants that `where` and `limit` leave, in order.
    private func numbers(_ sweep: Sweep) throws -> [Int] {
        let isLazy = sweep.condition == nil && sweep.order == .listed
        let all = isLazy ? min(combinations, sweep.limit ?? .max) : combinations
        guard all <= Self.searchLimit else {
            let count = combinations == .max ? "more combinations than can be counted" : "\(combinations) combinations"
            throw Mistake(
                "the sweep has \(count)",
                why: "at most \(Self.searchLimit) can be looked through",
                fix: "narrow it, or draw from it with `random`",
                code: "too-many-variants",
                place: sweep.place
            )
        }
        var numbers = Array(0..<all)
        if sweep.order == .shuffled { shuffle(&numbers) }
        if let condition = sweep.condition { numbers = try kept(numbers, condition, limit: sweep.limit) }
        guard !numbers.isEmpty else {
            throw Mistake(
                "the sweep is over nothing: `where` keeps none of its \(all) variants",
                fix: "loosen `where`",
                code: "empty-sweep",
                place: condition(sweep) ?? sweep.place
            )
        }
        return Array(numbers.prefix(sweep.limit ?? .max))
    }

    private func condition(_ sweep: Sweep) -> Place? { sweep.condition?.names.first?.place }

    private func kept(_ numbers: [Int], _ condition: Expression, limit: Int?) throws -> [Int] {
        var kept: [Int] = []
        for number in numbers where try condition.holds(in: VariantScope(changes(number), over: parameters)) {
            kept.append(number)
            if kept.count == limit { break }
        }
        return kept
    }

    /// Fisher and Yates, from a stream of the experiment's own seed.
    private func shuffle(_ numbers: inout [Int]) {
        var generator = SweepGenerator(seed: seed, stream: "order")
        for last in stride(from: numbers.count - 1, to: 0, by: -1) {
            numbers.swapAt(last, Int(generator.number(through: UInt64(last))))
        }
    }
}

extension SweepExpansion {
    /// What variant `number` changes, found by its digits: nothing is laid out beforehand.
    private func changes(_ number: Int) -> [(name: String, value: LocatedValue)] {
        let product = combinations - (sweep?.entries.count ?? 0)
        if let sweep, number >= product { return sweep.entries[number - product] }
        var rest = number
        var rows: [[LocatedValue]] = []
        for axis in axes.reversed() {
            rows.append(axis.rows[rest % axis.rows.count])
            rest /= axis.rows.count
        }
        return zip(axes, rows.reversed()).flatMap { axis, row in zip(axis.names, row).map { ($0, $1) } }
    }

    private func parameters(_ number: Int) -> LocatedValue {
        var changed = parameters
        for (name, value) in changes(number) { changed.set(name, to: value) }
        return changed
    }

    private static func drawn(_ random: Sweep.Random, seed: Seed) -> Sweep.Axis {
        let columns = random.parameters.map { parameter in
            var generator = SweepGenerator(seed: seed, stream: parameter.name)
            let layer = parameter.place == OverrideLayer.place ? OverrideLayer.place : Place(file: "sweep random")
            return (0..<random.count).map { _ in LocatedValue(parameter.from.draw(using: &generator), at: layer) }
        }
        return Sweep.Axis(
            names: random.parameters.map(\.name),
            rows: (0..<random.count).map { row in columns.map { $0[row] } },
            places: random.parameters.map(\.place)
        )
    }

    /// Whole numbers for a decimal parameter become decimal, so that its type is the same in every variant.
    private static func typed(_ axis: Sweep.Axis, like parameters: LocatedValue) -> Sweep.Axis {
        var axis = axis
        for (column, name) in axis.names.enumerated() {
            guard case .number? = parameters[path: name]?.scalar else { continue }
            for row in axis.rows.indices {
                if let whole = axis.rows[row][column].scalar?.integerValue {
                    axis.rows[row][column].content = .scalar(.number(Double(whole)))
                }
            }
        }
        return axis
    }

    private static func check(_ name: String, at place: Place, _ parameters: LocatedValue) throws {
        guard parameters[path: name] == nil else { return }
        let near = nearestName(to: name, among: parameters.allNames)
        throw Mistake(
            "the sweep changes `\(name)`, which is no parameter",
            fix: near.map { "did you mean `\($0)`?" }
                ?? "add it under `parameters`; entries of `sweep.list` may bring new ones",
            code: "unknown-parameter",
            place: place
        )
    }

    private func checkNames(_ condition: Expression) throws {
        let known = parameters.allNames + axes.flatMap(\.names) + (sweep?.entries.flatMap { $0.map(\.name) } ?? [])
        for name in condition.names where !known.contains(name.text) {
            let near = nearestName(to: name.text, among: known)
            throw Mistake(
                "`where` names `\(name.text)`, which is no parameter",
                fix: near.map { "did you mean `\($0)`?" } ?? "text goes in quotes: `\"\(name.text)\"`",
                code: "unknown-parameter",
                place: name.place
            )
        }
    }
}

/// The parameters of one variant, for `where`. What another variant alone has is `null`.
private struct VariantScope: ExpressionScope {
    let changes: [(name: String, value: LocatedValue)]
    let parameters: LocatedValue

    init(_ changes: [(name: String, value: LocatedValue)], over parameters: LocatedValue) {
        self.changes = changes
        self.parameters = parameters
    }

    func value(of name: ExpressionName) throws -> ExpressionValue {
        let text = name.text
        if let change = changes.last(where: { $0.name == text }) { return .value(change.value.value) }
        if changes.contains(where: { $0.name.hasPrefix(text + ".") || text.hasPrefix($0.name + ".") }) {
            var changed = parameters
            for (name, value) in changes { changed.set(name, to: value) }
            return .value(changed[path: text]?.value ?? .null)
        }
        return .value(parameters[path: text]?.value ?? .null)
    }
}
