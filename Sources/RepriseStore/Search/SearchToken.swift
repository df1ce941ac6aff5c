/// A word of a filter.
struct SearchToken: Hashable {
    enum Kind: Hashable {
        /// `start_time`, `metrics.loss`, ``tags.`a b` ``; without an entity it is one word.
        case name(entity: String?, key: String)
        /// A word without quotes or points, which may be a keyword.
        case word(String)
        case singleQuoted(String)
        /// A name or a value, by where it stands.
        case doubleQuoted(String)
        case integer(Int64)
        case number(Double)
        /// Begins like a number and is none.
        case badNumber
        /// `=`, `!=`, `<` and the like, known or not.
        case comparator(String)
        case open, close, comma, semicolon
        case other
        case end
    }

    var kind: Kind
    /// In Unicode scalars from 0.
    var offset: Int
    /// As it was written, for messages.
    var source: String

    func isWord(_ word: String) -> Bool {
        if case .word(let own) = kind { own.lowercased() == word } else { false }
    }
}
