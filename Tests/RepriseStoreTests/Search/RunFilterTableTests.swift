import Foundation
import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseStore

/// What the real server makes of each filter, as it was seen; an error is cut where its details begin.
private struct SeenFilter: CustomTestStringConvertible {
    var filter: String
    var expected: String
    var isError: Bool
    var testDescription: String { filter }

    static let all: [SeenFilter] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden/run-filters.json")
        guard let data = try? Data(contentsOf: file), let cases = try? Value(json: Array(data)[...]).listValue else {
            return []
        }
        return cases.compactMap { item in
            guard let map = item.mapValue, let filter = map["filter"]?.stringValue else { return nil }
            if let error = map["error"]?.stringValue {
                return SeenFilter(filter: filter, expected: error, isError: true)
            }
            let terms = (map["terms"]?.listValue ?? []).map(summary)
            let text = terms.count == 1 ? terms[0] : "(" + terms.joined(separator: " & ") + ")"
            return SeenFilter(filter: filter, expected: text, isError: false)
        }
    }()

    /// `[type, key, comparator, value]`; numbers for metrics come as texts.
    private static func summary(_ term: Value) -> String {
        let parts = term.listValue ?? []
        guard parts.count == 4, let entity = parts[0].stringValue, let key = parts[1].stringValue else { return "?" }
        let value: String =
            switch parts[3] {
            case .null: ""
            case .string(let text) where entity == "metric": " \(Double(text) ?? .nan)"
            case .string(let text): " '\(text)'"
            case .list(let items): " " + items.map { "'\($0.text)'" }.joined(separator: ",")
            default: " " + parts[3].text
            }
        return "\(entity)[\(key)] \(parts[2].text)\(value)"
    }
}

@Suite struct `Filters as the real server reads them` {
    @Test func `the table is there`() {
        #expect(SeenFilter.all.count > 400)
    }

    @Test(arguments: SeenFilter.all)
    fileprivate func `a filter means, or fails with, what it does there`(_ seen: SeenFilter) {
        do {
            let filter = try SearchFilter(seen.filter, of: .run)
            #expect(!seen.isError, "read as \(filter.summary), where the real one says: \(seen.expected)")
            if !seen.isError { #expect(filter.summary == seen.expected) }
        } catch {
            let what = (error as? any RepriseError)?.what ?? "\(error)"
            #expect(seen.isError, "\(error)")
            if seen.isError { #expect(what.hasPrefix(seen.expected), "\(what)") }
        }
    }
}
