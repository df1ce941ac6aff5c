import RepriseModel

/// A name made from a run's own words, as `{{ project }}/{{ name }}`, for the places to which trackers send.
package struct TrackerTemplate: Hashable, Sendable {
    package static let words = ["project", "experiment", "name", "run", "launch", "target"]

    private enum Piece: Hashable { case text(String), word(String) }

    package let text: String
    private let pieces: [Piece]

    package init(_ text: String, setting: String = "the template", place: Place? = nil) throws {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            pieces.append(.text(String(rest[..<open.lowerBound])))
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw Mistake(
                    "`\(setting)` has `{{` without `}}`",
                    fix: "write `{{ project }}`",
                    code: "template-open",
                    place: place
                )
            }
            let word = rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }
            guard Self.words.contains(word) else {
                throw Mistake(
                    "`\(setting)` asks for the unknown `{{ \(word) }}`",
                    why: "it can ask for " + Self.words.joined(separator: ", "),
                    fix: nearestName(to: word, among: Self.words).map { "did you mean `{{ \($0) }}`?" },
                    code: "unknown-template",
                    place: place
                )
            }
            pieces.append(.word(word))
            rest = rest[close.upperBound...]
        }
        pieces.append(.text(String(rest)))
        self.text = text
        self.pieces = pieces
    }

    /// Whether the text depends on that word.
    package func asks(for word: String) -> Bool { pieces.contains(.word(word)) }

    /// The text with everything put in by `value`.
    package func filled(_ value: (String) -> String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .word(let word): value(word)
            }
        }
        .joined()
    }
}
