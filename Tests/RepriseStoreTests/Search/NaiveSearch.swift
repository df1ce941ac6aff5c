import OrderedCollections
import RepriseModel

@testable import RepriseStore

/// A run as the naive search sees it, beside which the SQL is held.
struct NaiveRun {
    var number: Int64
    var id: RunID
    var name: String
    var state: RunState
    var user: String?
    var start: Int64?
    var end: Int64?
    var isDeleted: Bool
    var parameters: [String: Value] = [:]
    var metrics: [String: Double] = [:]
    /// A bare tag is nil.
    var tags: [String: String?] = [:]
}

/// Filters and orders by going through all runs.
enum NaiveSearch {
    static func holds(_ filter: SearchFilter, _ run: NaiveRun) -> Bool {
        switch filter {
        case .all(let parts): parts.allSatisfy { holds($0, run) }
        case .any(let parts): parts.contains { holds($0, run) }
        case .not(let part): !holds(part, run)
        case .term(let term): holds(term, run)
        }
    }

    private enum Found {
        case text(String)
        case number(Double)
    }

    private static func found(_ entity: SearchEntity, _ key: String, _ run: NaiveRun) -> Found? {
        switch entity {
        case .metric: return run.metrics[key].map { .number($0) }
        case .parameter: return run.parameters[key].map { .text($0.text) }
        case .tag: return run.tags[key].map { .text($0 ?? "") }
        case .dataset: return nil
        case .attribute:
            switch key {
            case "run_id": return .text(run.id.description)
            case "run_name": return .text(run.name)
            case "user_id": return .text(run.user ?? "")
            case "status": return .text(status(run.state))
            // Every run here was made at 0.
            case "start_time": return .number(Double(run.start ?? 0))
            case "end_time": return run.end.map { .number(Double($0)) }
            default: return nil
            }
        }
    }

    private static func status(_ state: RunState) -> String {
        switch state {
        case .queued, .submitted: "SCHEDULED"
        case .running: "RUNNING"
        case .finished: "FINISHED"
        case .failed, .lost: "FAILED"
        case .cancelled: "KILLED"
        }
    }

    private static func holds(_ term: SearchTerm, _ run: NaiveRun) -> Bool {
        let found = found(term.entity, term.key, run)
        switch term.comparison {
        case .isNull: return found == nil
        case .isNotNull: return found != nil
        default: break
        }
        switch (found, term.operand) {
        case (.number(let number)?, .number(let other)): return compare(number, term.comparison, other)
        case (.number(let number)?, .integer(let other)): return compare(number, term.comparison, Double(other))
        case (.text(let text)?, .text(let other)): return compare(text, term.comparison, other)
        case (.text(let text)?, .texts(let others)):
            return others.contains { same($0, text) } == (term.comparison == .among)
        default: return false
        }
    }

    private static func compare(_ left: Double, _ comparison: SearchComparison, _ right: Double) -> Bool {
        switch comparison {
        case .equal: left == right
        case .unequal: left != right
        case .less: left < right
        case .atMost: left <= right
        case .greater: left > right
        case .atLeast: left >= right
        default: false
        }
    }

    private static func compare(_ left: String, _ comparison: SearchComparison, _ right: String) -> Bool {
        func isLike(ignoringCase: Bool) -> Bool {
            like(scalars(left, ignoringCase)[...], scalars(right, ignoringCase)[...])
        }
        switch comparison {
        case .equal: return same(left, right)
        case .unequal: return !same(left, right)
        case .like: return isLike(ignoringCase: false)
        case .notLike: return !isLike(ignoringCase: false)
        case .ilike: return isLike(ignoringCase: true)
        case .notIlike: return !isLike(ignoringCase: true)
        default: return false
        }
    }

    private static func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

    private static func scalars(_ text: String, _ ignoringCase: Bool) -> [UInt32] {
        text.unicodeScalars.map { ignoringCase && (65...90).contains($0.value) ? $0.value + 32 : $0.value }
    }

    private static func like(_ text: ArraySlice<UInt32>, _ pattern: ArraySlice<UInt32>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == 37 {
            return like(text, pattern.dropFirst()) || !text.isEmpty && like(text.dropFirst(), pattern)
        }
        guard let character = text.first, first == 95 || first == character else { return false }
        return like(text.dropFirst(), pattern.dropFirst())
    }

    // MARK: Order

    static func sorted(_ runs: [NaiveRun], by order: [SearchOrder]) -> [NaiveRun] {
        runs.sorted { left, right in
            for part in order {
                let ways = (key(part, left), key(part, right))
                if ways.0.rank != ways.1.rank { return ways.0.rank < ways.1.rank }
                if let isLess = isLess(ways.0.found, ways.1.found) { return isLess == part.isAscending }
            }
            return false
        }
    }

    private static func key(_ part: SearchOrder, _ run: NaiveRun) -> (rank: Int, found: Found?) {
        switch found(part.entity, part.key, run) {
        case nil: (2, nil)
        case .number(let number) where number.isNaN: (1, nil)
        case .some(let found): (0, found)
        }
    }

    /// Nil where they are equal.
    private static func isLess(_ left: Found?, _ right: Found?) -> Bool? {
        switch (left, right) {
        case (.number(let left)?, .number(let right)?): left == right ? nil : left < right
        case (.text(let left)?, .text(let right)?):
            same(left, right) ? nil : left.utf8.lexicographicallyPrecedes(right.utf8)
        default: nil
        }
    }
}
