import OrderedCollections
import RepriseModel
import RepriseTestKit

@testable import RepriseStore

/// Draws runs, and filters and orders about them, of few names and values, so that they often meet.
struct RandomSearch {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private static let keys = ["a", "b", "key c", "d'd", "ключ", "e\"e"]
    private static let texts = [
        "", "x", "X", "xy", "a%b", "a_b", "a*b", "a?b", "[x]", "it's", "é", "e\u{301}", "漢字", "0.1", "0.10", "1",
        "true",
        "null", "NaN", "[1,2]", "-0.0", "1e+20",
    ]
    private static let numbers = [-1.5, 0, 1, 2.5, 1e20, .infinity, -.infinity, .nan, 0.1]
    private static let patterns = [
        "%", "x%", "%y", "_", "a_b", "a%b", "%*%", "%?%", "[x]", "%[%", "É", "X%", "0.1%", "__", "",
    ]

    mutating func run(number: Int64) -> NaiveRun {
        var run = NaiveRun(
            number: number,
            id: RunID(using: &generator),
            name: pick(["x", "X", "name", "漢字"]),
            state: pick(RunState.allCases),
            user: pick([nil, "root", "x"]),
            start: pick([nil, 1, 2, 3, 1_700_000_000_000]),
            end: pick([nil, 1, 2, 3]),
            isDeleted: chance(5)
        )
        for key in Self.keys {
            if chance(2) { run.parameters[key] = value() }
            if chance(2) { run.metrics[key] = pick(Self.numbers) }
            if chance(2) { run.tags[key] = chance(8) ? String?.none : pick(Self.texts) }
        }
        return run
    }

    private mutating func value() -> Value {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: .integer(pick([0, 1, -7]))
        case 1: .number(pick([0.1, 1, 0, -0.0, 1e20, .nan, .infinity]))
        case 2: .bool(chance(2))
        case 3: pick([.null, .list([1, 2]), .map(["k": 1])])
        default: .string(pick(Self.texts))
        }
    }

    mutating func filter(depth: Int = 0) -> SearchFilter {
        switch Int.random(in: 0..<(depth < 3 ? 6 : 2), using: &generator) {
        case 2, 3: .all((0..<Int.random(in: 1...3, using: &generator)).map { _ in filter(depth: depth + 1) })
        case 4: .any((0..<Int.random(in: 1...3, using: &generator)).map { _ in filter(depth: depth + 1) })
        case 5: .not(filter(depth: depth + 1))
        default: .term(term())
        }
    }

    private mutating func term() -> SearchTerm {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0, 1:
            let operand = SearchOperand.number(pick(Self.numbers.filter { !$0.isNaN }))
            return SearchTerm(
                entity: .metric,
                key: pick(Self.keys),
                comparison: pick(SearchComparison.ofNumbers),
                operand: operand
            )
        case 2:
            return SearchTerm(
                entity: .attribute,
                key: pick(["start_time", "end_time"]),
                comparison: pick(SearchComparison.ofNumbers),
                operand: .integer(pick([1, 2, 3]))
            )
        case 3:
            let key = pick(["run_name", "status", "user_id"])
            return text(.attribute, key, SearchComparison.ofTexts)
        default: return text(pick([.parameter, .tag]), pick(Self.keys), SearchComparison.ofKeyedTexts)
        }
    }

    private mutating func text(_ entity: SearchEntity, _ key: String, _ known: [SearchComparison]) -> SearchTerm {
        let comparison = pick(known)
        let texts = entity == .attribute ? ["x", "X", "FINISHED", "FAILED", "root", ""] : Self.texts
        let operand: SearchOperand =
            switch comparison {
            case .isNull, .isNotNull: .none
            case .among, .notAmong: .texts([pick(texts), pick(texts), pick(texts)])
            case .equal, .unequal: .text(pick(texts))
            default: .text(pick(Self.patterns))
            }
        return SearchTerm(entity: entity, key: key, comparison: comparison, operand: operand)
    }

    mutating func order() -> [SearchOrder] {
        var order: [SearchOrder] = []
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let entity: SearchEntity = pick([.metric, .parameter, .tag, .attribute])
            let key = entity == .attribute ? pick(["start_time", "end_time", "status", "run_name"]) : pick(Self.keys)
            guard !order.contains(where: { $0.entity == entity && $0.key == key }) else { continue }
            order.append(SearchOrder(entity, key, isAscending: chance(2)))
        }
        for last in SearchSubject.run.tieBreakers
        where !order.contains(where: { $0.entity == last.entity && $0.key == last.key }) {
            order.append(last)
        }
        return order
    }

    mutating func limit() -> Int { pick([1, 2, 3, 7, 50]) }

    mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }

    private mutating func pick<Item>(_ items: [Item]) -> Item {
        items[Int.random(in: 0..<items.count, using: &generator)]
    }
}
