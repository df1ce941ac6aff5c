import RepriseModel

/// A `.dockerignore`: what of the context no recipe sees. The last pattern that matches a path decides.
struct IgnoreFile {
    private var rules: [(pattern: PathPattern, isTaken: Bool)] = []

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            var pattern = trimmed(line)
            guard !pattern.isEmpty, pattern.first != "#" else { continue }
            let isTaken = pattern.first == "!"
            if isTaken { pattern = trimmed(pattern.dropFirst()) }
            rules.append((PathPattern(String(pattern)), isTaken))
        }
    }

    func ignores(_ path: String) -> Bool {
        rules.last { $0.pattern.matches(path) }.map { !$0.isTaken } ?? false
    }
}
