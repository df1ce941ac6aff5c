/// A glob over paths with `/`: `*` and `?` stay within one name, `[a-z]` and `[!a-z]` are one character of it, and `**`
/// as a whole name stands for any number of folders, none included.
///
/// A pattern that names a folder covers everything below it. Matching takes at most pattern × path steps.
package struct PathPattern: Hashable, Sendable {
    package let text: String
    private let parts: [Part]

    private enum Part: Hashable, Sendable {
        case anyFolders
        case name([Character])
    }

    package init(_ text: String) {
        self.text = text
        parts = PathPattern.names(text).filter { $0 != ["."] }.map { $0 == ["*", "*"] ? .anyFolders : .name($0) }
    }

    /// Whether the pattern names the path, or a folder above it.
    package func matches(_ path: String) -> Bool {
        guard !parts.isEmpty else { return false }
        var reached = beginning
        for name in PathPattern.names(path) {
            if reached[parts.count] { return true }
            reached = after(name, reached)
        }
        return reached[parts.count]
    }

    /// Whether something below the folder may match, so that others need not be walked.
    package func reaches(_ folder: String) -> Bool {
        var reached = beginning
        for name in PathPattern.names(folder) {
            if reached[parts.count] { return true }
            reached = after(name, reached)
        }
        return reached.contains(true)
    }

    /// Split by scalars: for Swift, a slash before a combining mark is no slash.
    private static func names(_ path: String) -> [[Character]] {
        path.unicodeScalars.split(separator: "/").map { Array(String($0)) }
    }

    /// At each place whether the parts before it have taken all names so far.
    private var beginning: [Bool] { closed([true] + [Bool](repeating: false, count: parts.count)) }

    private func after(_ name: [Character], _ reached: [Bool]) -> [Bool] {
        var next = [Bool](repeating: false, count: parts.count + 1)
        for (index, part) in parts.enumerated() where reached[index] {
            switch part {
            case .anyFolders:
                next[index] = true
                if index + 1 == parts.count { next[parts.count] = true }
            case .name(let pattern):
                if fits(pattern[...], name[...]) { next[index + 1] = true }
            }
        }
        return closed(next)
    }

    /// `**` may also stand for no folder at all, except at the pattern's end, where it needs something.
    private func closed(_ reached: [Bool]) -> [Bool] {
        var reached = reached
        for (index, part) in parts.enumerated() where reached[index] && part == .anyFolders && index + 1 < parts.count {
            reached[index + 1] = true
        }
        return reached
    }

    /// Matches one name; the last `*` alone is tried again, which suffices.
    private func fits(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        var (pattern, name) = (pattern, name)
        var retry: (pattern: ArraySlice<Character>, name: ArraySlice<Character>)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if let character = name.first, let rest = afterOne(pattern, character) {
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

    /// What is left of the pattern once it has taken the character; nil where it does not. A `[` without an end is itself.
    private func afterOne(_ pattern: ArraySlice<Character>, _ character: Character) -> ArraySlice<Character>? {
        guard let first = pattern.first else { return nil }
        if first == "?" { return pattern.dropFirst() }
        guard first == "[", let close = pattern.dropFirst(2).firstIndex(of: "]") else {
            return first == character ? pattern.dropFirst() : nil
        }
        var set = pattern[pattern.startIndex + 1..<close]
        let isNegated = set.first == "!" || set.first == "^"
        if isNegated { set = set.dropFirst() }
        return contains(set, character) != isNegated ? pattern[(close + 1)...] : nil
    }

    private func contains(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
        var set = set
        while let low = set.first {
            if set.count >= 3, set[set.startIndex + 1] == "-" {
                if low <= character, character <= set[set.startIndex + 2] { return true }
                set = set.dropFirst(3)
            } else {
                if low == character { return true }
                set = set.dropFirst()
            }
        }
        return false
    }
}
