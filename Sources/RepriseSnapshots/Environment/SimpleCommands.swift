/// The words of each simple command of a shell text, those of command substitutions among them.
///
/// Knows quotes, backslashes, comments, redirections, arithmetic, substitutions and here-documents as far as they decide
/// what is a word. What would only be known when it runs stands as `_`.
struct SimpleCommands {
    private let text: [Character]
    private var index = 0
    private var found: [[String]] = []
    /// The ends of here-documents that begin with the next line.
    private var documents: [String] = []

    static func of(_ text: String) -> [[String]] {
        var reading = SimpleCommands(text: Array(text))
        reading.read(until: nil)
        return reading.found.filter { !$0.isEmpty }
    }

    private init(text: [Character]) { self.text = text }

    private var next: Character? { index < text.count ? text[index] : nil }

    private func isNext(_ word: String) -> Bool { text[index...].starts(with: word) }

    /// A word under construction.
    private struct Word {
        var text = ""
        /// An empty word in quotes is one, too.
        var isBegun = false

        mutating func add(_ part: some StringProtocol) {
            text += part
            isBegun = true
        }
    }

    /// Reads commands up to the `close` that belongs to none of them, or to the end.
    private mutating func read(until close: Character?) {
        var word = Word()
        var slot = newCommand()
        var depth = 0
        while let character = next {
            if character == close, depth == 0 { break }
            if readPart(of: &word, character) { continue }
            index += 1
            switch character {
            case " ", "\t": end(&word, slot)
            case "#" where !word.isBegun: skipLine()
            case "(" where next == "(" && !word.isBegun: skipArithmetic()
            case "&" where word.text.last == ">" || word.text.last == "<" || next == ">": word.add("&")
            case "<", ">":
                if word.text.last?.isRedirection != true, !word.text.allSatisfy(\.isNumber) { end(&word, slot) }
                word.add(String(character))
            case ";", "&", "|", "\n", "(", ")":
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
                end(&word, slot)
                slot = newCommand()
                if character == "\n" { skipDocuments() }
            default: word.add(String(character))
            }
        }
        end(&word, slot)
    }

    private mutating func newCommand() -> Int {
        found.append([])
        return found.count - 1
    }

    private mutating func end(_ word: inout Word, _ slot: Int) {
        defer { word = Word() }
        guard word.isBegun else { return }
        let last = found[slot].last
        if last == "<<" || last == "<<-" { documents.append(word.text) }
        if word.text.hasPrefix("<<"), !word.text.hasPrefix("<<<") {
            let name = word.text.dropFirst(word.text.hasPrefix("<<-") ? 3 : 2)
            if !name.isEmpty { documents.append(String(name)) }
        }
        found[slot].append(word.text)
    }

    /// Takes a quote, an escape or a substitution into the word; false where none begins here.
    private mutating func readPart(of word: inout Word, _ character: Character) -> Bool {
        switch character {
        case "\\":
            index += 1
            if let escaped = next, escaped != "\n" { word.add(String(escaped)) }
            index += 1
        case "'":
            index += 1
            word.add(String(text[index...].prefix { $0 != "'" }))
            index += text[index...].prefix { $0 != "'" }.count + 1
        case "\"":
            index += 1
            readQuoted(into: &word)
        default: return readSubstitution(into: &word)
        }
        return true
    }

    /// Up to the double quote that closes. A backslash escapes only what would mean something here.
    private mutating func readQuoted(into word: inout Word) {
        word.add("")
        while let character = next, character != "\"" {
            if character == "\\" {
                index += 1
                guard let escaped = next else { return }
                index += 1
                if escaped != "\n" { word.add("$`\"\\".contains(escaped) ? String(escaped) : "\\\(escaped)") }
            } else if !readSubstitution(into: &word) {
                word.add(String(character))
                index += 1
            }
        }
        index += 1
    }

    private mutating func readSubstitution(into word: inout Word) -> Bool {
        if isNext("$((") {
            index += 2
            skipArithmetic()
        } else if isNext("$(") {
            index += 2
            read(until: ")")
            index += 1
        } else if isNext("`") {
            index += 1
            read(until: "`")
            index += 1
        } else if isNext("${") {
            skipBraces()
        } else {
            return false
        }
        word.add("_")
        return true
    }

    /// From behind the first parenthesis to behind the last one.
    private mutating func skipArithmetic() {
        var depth = 1
        while depth > 0, let character = next {
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            index += 1
        }
    }

    private mutating func skipBraces() {
        var depth = 0
        while let character = next {
            index += character == "\\" ? 2 : 1
            depth += character == "{" ? 1 : character == "}" ? -1 : 0
            if depth == 0, character == "}" { return }
        }
    }

    private mutating func skipLine() { index += text[min(index, text.count)...].prefix { $0 != "\n" }.count }

    private mutating func skipDocuments() {
        for name in documents {
            while index < text.count {
                let line = String(text[index...].prefix { $0 != "\n" })
                index += line.count + 1
                if line.drop(while: { $0 == "\t" }) == name { break }
            }
        }
        documents = []
    }
}

extension Character {
    fileprivate var isRedirection: Bool { self == "<" || self == ">" || self == "&" }
}
