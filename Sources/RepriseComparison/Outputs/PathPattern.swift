/// A glob over slash-separated paths: `*` and `?` stay within a name, `**` spans folders, `[a-z]` and `[!0-9]` are sets.
///
/// A pattern that names a folder covers everything below it. Matching takes at most pattern × path steps.
struct PathPattern {
    private let parts: [[UInt8]]

    init(_ pattern: String) {
        let trimmed = pattern.hasPrefix("./") ? pattern.dropFirst(2) : pattern[...]
        parts = trimmed.split(separator: "/").map { Array($0.utf8) }
    }

    func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/").map { Array($0.utf8) }
        guard !parts.isEmpty else { return false }
        // reached[i]: the first i parts fit the names that were taken so far.
        var reached = closed([true] + [Bool](repeating: false, count: parts.count))
        for name in names {
            if reached[parts.count] { return true }
            var next = [Bool](repeating: false, count: parts.count + 1)
            for index in parts.indices where reached[index] {
                if parts[index] == Array("**".utf8) {
                    next[index] = true
                    if index + 1 == parts.count { next[parts.count] = true }
                } else if fits(parts[index][...], name[...]) {
                    next[index + 1] = true
                }
            }
            reached = closed(next)
        }
        return reached[parts.count]
    }

    /// `**` may also stand for no folder at all; at a pattern's end it needs one.
    private func closed(_ reached: [Bool]) -> [Bool] {
        var reached = reached
        for index in parts.indices where reached[index] && parts[index] == Array("**".utf8) {
            if index + 1 < parts.count { reached[index + 1] = true }
        }
        return reached
    }

    /// Matches one name; the last `*` alone is tried again, which suffices.
    private func fits(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (pattern, name) = (pattern, name)
        var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if let byte = name.first, let rest = afterOne(pattern, byte) {
                pattern = rest
                name = name.dropFirst()
            } else if pattern.isEmpty, name.isEmpty {
                return true
            } else if let last = retry, !last.name.isEmpty {
                retry = (last.pattern, last.name.dropFirst())
                (pattern, name) = (last.pattern, last.name.dropFirst())
            } else {
                return false
            }
        }
    }

    /// What is left of the pattern once it has taken the byte; nil where it does not.
    private func afterOne(_ pattern: ArraySlice<UInt8>, _ byte: UInt8) -> ArraySlice<UInt8>? {
        guard let first = pattern.first else { return nil }
        if first == UInt8(ascii: "?") { return pattern.dropFirst() }
        guard first == UInt8(ascii: "["), let close = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")) else {
            return first == byte ? pattern.dropFirst() : nil
        }
        var set = pattern[pattern.startIndex + 1..<close]
        let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
        if isNegated { set = set.dropFirst() }
        return contains(set, byte) != isNegated ? pattern[(close + 1)...] : nil
    }

    private func contains(_ set: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        var set = set
        while let low = set.first {
            if set.count >= 3, set[set.startIndex + 1] == UInt8(ascii: "-") {
                if low <= byte, byte <= set[set.startIndex + 2] { return true }
                set = set.dropFirst(3)
            } else {
                if low == byte { return true }
                set = set.dropFirst()
            }
        }
        return false
    }
}
