import RepriseModel
import RepriseSystem

/// A text in which `{{ name }}` stands for a value: read once, filled in for every variant.
///
/// A name is a parameter (`optimizer.lr`), `project`, or what only the job knows: `run.id`, `run.dir`, `seed`, `outputs`,
/// `attempt`, `split`, `splits`, `data.NAME`. A parameter goes before the job's own words. `{{ "{{" }}` stands for two braces.
package struct Template: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case text(String)
        case name(String, Place)
    }

    let pieces: [Piece]

    /// Every name that must be known, with where it stands.
    package var names: [(name: String, place: Place)] {
        pieces.compactMap { if case .name(let name, let place) = $0 { (name, place) } else { nil } }
    }

    /// `place` is where the text begins, so that a message points at the name itself.
    package init(_ text: String, at place: Place) throws {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(ofBraces: "{{") {
            if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
            let here = place.moved(over: text[..<open.lowerBound])
            let inside = rest[open.upperBound...]
            guard let close = inside.firstRange(ofBraces: "}}") else {
                throw Mistake(
                    "`{{` is not closed",
                    why: "a template is `{{ name }}`",
                    fix: "close it with `}}`, or write `{{ \"{{\" }}` for two braces",
                    code: "open-template",
                    place: here
                )
            }
            pieces.append(try Self.piece(inside[..<close.lowerBound], at: here))
            rest = inside[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    private static func piece(_ inside: Substring, at place: Place) throws -> Piece {
        let name = inside.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        let text = String(name)
        if text == "\"{{\"" || text == "'{{'" { return .text("{{") }
        let isName = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
        guard isName else {
            throw Mistake(
                "`{{\(inside)}}` is no name",
                why: "between the braces stands one name, such as `{{ optimizer.lr }}`; nothing is computed there",
                code: "template-name",
                place: place
            )
        }
        return .name(text, place)
    }
}

extension Substring {
    fileprivate func firstRange(ofBraces braces: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(braces) { return index..<self.index(index, offsetBy: 2) }
            index = self.index(after: index)
        }
        return nil
    }
}

extension Place {
    /// Where one stands after the text, in the same file.
    fileprivate func moved(over text: Substring) -> Place {
        guard let line else { return self }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1 else { return Place(file: file, line: line, column: (column ?? 1) + text.count) }
        return Place(file: file, line: line + lines.count - 1, column: (lines.last?.count ?? 0) + 1)
    }
}
