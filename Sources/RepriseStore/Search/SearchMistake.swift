import RepriseModel

/// What is wrong with a search. The first line of each is what clients of MLflow know and match on, so it keeps its
/// wording; where and how to mend it stand beside it.
enum SearchMistake {
    static func syntax(_ what: String, at offset: Int, why: String? = nil, fix: String? = nil) -> Mistake {
        let place = "at character \(offset + 1)"
        return Mistake(what, why: why.map { "\(place): \($0)" } ?? place, fix: fix, code: "search-syntax")
    }

    static func clause(_ source: String, at offset: Int, why: String, fix: String? = nil) -> Mistake {
        syntax("Invalid clause(s) in filter string: '\(shortened(source))'", at: offset, why: why, fix: fix)
    }

    static func plain(_ what: String, fix: String? = nil) -> Mistake { Mistake(what, fix: fix, code: "search-syntax") }

    /// Long texts are cut, since the message repeats what was sent.
    static func shortened(_ text: String) -> String {
        text.count <= 200 ? text : String(text.prefix(200)) + "…"
    }

    /// `'a', 'b'`
    static func list(_ words: some Sequence<String>) -> String {
        words.map { "'\($0)'" }.joined(separator: ", ")
    }
}
