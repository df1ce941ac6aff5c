import HTTPTypes

/// Finds the entry for a method and a path: at once where the path is a plain one, part by part where it has `{names}`.
struct RouteTable<Entry: Sendable>: Sendable {
    struct Found: Sendable {
        let entry: Entry
        let path: [String: String]
    }

    private struct Pattern: Sendable {
        let parts: [Part]
        let entries: [HTTPRequest.Method: Entry]

        var words: Int { parts.count { if case .word = $0 { true } else { false } } }
        /// Only so that the order does not change from one start to the next.
        var text: String { String(describing: parts) }

        func match(_ path: [Substring]) -> [String: String]? {
            var names: [String: String] = [:]
            for (index, part) in parts.enumerated() {
                switch part {
                case .rest(let name):
                    names[name] = percentDecoded(path.dropFirst(index).joined(separator: "/"))
                    return names
                case .one(let name):
                    guard index < path.count, !path[index].isEmpty else { return nil }
                    names[name] = percentDecoded(path[index])
                case .word(let word): guard index < path.count, path[index] == word else { return nil }
                }
            }
            return path.count == parts.count ? names : nil
        }
    }

    private enum Part: Hashable, Sendable {
        case word(String)
        case one(String)
        case rest(String)
    }

    private var plain: [String: [HTTPRequest.Method: Entry]] = [:]
    private var patterns: [[Part]: [HTTPRequest.Method: Entry]] = [:]
    /// Longer patterns and those with more words come first.
    private var ordered: [Pattern] = []

    mutating func add(_ method: HTTPRequest.Method, _ path: String, _ entry: Entry) {
        guard path.contains("{") else {
            plain[path, default: [:]][method] = entry
            return
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map { Self.part(of: $0) }
        patterns[parts, default: [:]][method] = entry
        ordered = patterns.map { Pattern(parts: $0.key, entries: $0.value) }
            .sorted { left, right in
                (left.parts.count, left.words, left.text) > (right.parts.count, right.words, right.text)
            }
    }

    func find(_ method: HTTPRequest.Method, _ path: String) -> Found? {
        if let entry = plain[path]?[method] { return Found(entry: entry, path: [:]) }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for pattern in ordered {
            guard let entry = pattern.entries[method], let names = pattern.match(Array(parts)) else { continue }
            return Found(entry: entry, path: names)
        }
        return nil
    }

    private static func part(of text: Substring) -> Part {
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return .word(String(text)) }
        let name = text.dropFirst().dropLast()
        return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .one(String(name))
    }
}
