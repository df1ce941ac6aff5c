/// A glob over paths with `/`: `*` and `?` stay within one name, `[a-z]` and `[!a-z]` are one character of it, and `**` as
/// a whole name stands for any number of folders, none included.
package struct OutputPattern: Hashable, Sendable {
    package let text: String
    private let parts: [String]

    package init(_ text: String) {
        self.text = text
        parts = text.split(separator: "/").filter { $0 != "." }.map(String.init)
    }

    /// Whether the pattern names the path, or a folder above it.
    package func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/").map(String.init)
        return (1...max(1, names.count)).contains { OutputPattern.matches(parts[...], names.prefix($0)) }
    }

    /// Whether something below the folder may match, so that others need not be walked.
    package func reaches(_ folder: String) -> Bool {
        for (part, name) in zip(parts, folder.split(separator: "/")) {
            if part == "**" { return true }
            if !OutputPattern.matchesName(Array(part), Array(name)) { return false }
        }
        return true
    }

    private static func matches(_ parts: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
        guard let part = parts.first else { return names.isEmpty }
        if part == "**" {
            return (names.startIndex...names.endIndex).contains { matches(parts.dropFirst(), names[$0...]) }
        }
        guard let name = names.first, matchesName(Array(part), Array(name)) else { return false }
        return matches(parts.dropFirst(), names.dropFirst())
    }

    /// Greedy with one way back: the last star takes in one more character whenever the rest does not fit.
    private static func matchesName(_ pattern: [Character], _ name: [Character]) -> Bool {
        var at = 0
        var position = 0
        var star: (at: Int, position: Int)?
        while position < name.count {
            if at < pattern.count, pattern[at] == "*" {
                star = (at + 1, position)
                at += 1
            } else if at < pattern.count, let next = accepts(pattern, at, name[position]) {
                at = next
                position += 1
            } else if let back = star {
                star = (back.at, back.position + 1)
                (at, position) = (back.at, back.position + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }

    /// The position after the pattern's character or class at `at`, if that accepts the character.
    private static func accepts(_ pattern: [Character], _ at: Int, _ character: Character) -> Int? {
        if pattern[at] == "?" { return at + 1 }
        guard pattern[at] == "[", let end = pattern[(at + 2)...].firstIndex(of: "]"), at + 2 < pattern.count else {
            return pattern[at] == character ? at + 1 : nil
        }
        var members = pattern[(at + 1)..<end]
        let isNegated = members.first == "!" || members.first == "^"
        if isNegated { members = members.dropFirst() }
        return contains(members, character) != isNegated ? end + 1 : nil
    }

    private static func contains(_ members: ArraySlice<Character>, _ character: Character) -> Bool {
        var rest = members
        while let first = rest.first {
            if rest.count >= 3, rest[rest.startIndex + 1] == "-" {
                if (first...max(first, rest[rest.startIndex + 2])).contains(character) { return true }
                rest = rest.dropFirst(3)
            } else {
                if first == character { return true }
                rest = rest.dropFirst()
            }
        }
        return false
    }
}
