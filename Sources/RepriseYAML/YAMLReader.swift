import OrderedCollections
import RepriseModel
import Yams

/// Reads one YAML 1.2 document (JSON included) into a located value.
///
/// Everything that would make a file mean something else than it shows is an error with its place: a key that
/// stands twice, an unknown tag, a second document, a number that 64 bits cannot hold.
package struct YAMLReader: Sendable {
    /// The most bytes that a text may have.
    package var byteLimit = 8 << 20
    /// The most values that a text may hold once its aliases are expanded.
    package var valueLimit = 1_000_000
    /// The deepest that lists and maps may nest.
    package var depthLimit = 100
    /// The local tags, such as `!remove`, that the caller knows what to do with.
    package var knownTags: Set<String>

    package init(knownTags: Set<String> = []) { self.knownTags = knownTags }

    /// The document in `bytes`, or nil where there is none: an empty text, or comments alone. `file` is for places.
    package func read(_ bytes: [UInt8], file: String) throws -> LocatedValue? {
        guard bytes.count <= byteLimit else {
            let limit = Quantities.text(bytes: Int64(byteLimit))
            throw Mistake(
                "the file has \(Quantities.text(bytes: Int64(bytes.count))), and may have at most \(limit)",
                fix: "keep large tables in a data file, and name that file here",
                code: "file-too-large",
                place: Place(file: file)
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Mistake(
                "the file is not UTF-8 text",
                fix: "save it as UTF-8",
                code: "not-utf-8",
                place: Place(file: file, line: lineOfFirstBadByte(bytes))
            )
        }
        return try read(text, file: file)
    }

    /// The same for text at hand.
    package func read(_ text: String, file: String) throws -> LocatedValue? {
        do {
            try checkNesting(text, file: file)
            guard let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else { return nil }
            var placing = NodePlacing(reader: self, file: file)
            return try placing.place(root, depth: 0)
        } catch let error as YamlError {
            throw YAMLSyntax.mistake(for: error, file: file)
        }
    }

    /// Flow collections can nest without a line end; this bounds them before the recursive parser sees them.
    private func checkNesting(_ text: String, file: String) throws {
        var run = 0
        var line = 1
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): run += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\""), UInt8(ascii: ":"), UInt8(ascii: "-"): break
            case UInt8(ascii: "\n"): line += 1
            default: run = 0
            }
            if run > depthLimit { throw tooDeep(Place(file: file, line: line)) }
        }
    }

    func tooDeep(_ place: Place) -> Mistake {
        Mistake("lists and maps nest deeper than \(depthLimit)", code: "too-deep", place: place)
    }

    private func lineOfFirstBadByte(_ bytes: [UInt8]) -> Int? {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { return line }
            line += 1
        }
        return nil
    }
}
