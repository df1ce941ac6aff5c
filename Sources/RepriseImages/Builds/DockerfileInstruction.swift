/// One instruction of a Dockerfile, or what stands between two of them.
struct DockerfileInstruction: Hashable {
    /// In capitals; empty for comments and empty lines.
    var keyword: String
    /// What follows the keyword, its continued lines joined, without the bodies of here-documents.
    var text: String
    /// As it stands in the file, all of its lines and here-documents with their ends.
    var source: String
}

/// Cuts the text of a Dockerfile into instructions, as BuildKit's parser does.
struct DockerfileLines {
    private var lines: [Substring]
    private var escape: Character = "\\"
    private var position = 0

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    static func read(_ text: String) -> [DockerfileInstruction] {
        var reader = DockerfileLines(text)
        reader.readDirectives()
        var instructions: [DockerfileInstruction] = []
        if reader.position > 0 { instructions.append(reader.between(from: 0)) }
        while reader.position < reader.lines.count { instructions.append(reader.next()) }
        return instructions
    }

    /// `# escape=...` and its like count only before everything else.
    private mutating func readDirectives() {
        while position < lines.count {
            let line = trimmed(lines[position])
            guard line.first == "#" else { return }
            let parts = line.dropFirst().split(separator: "=", maxSplits: 1).map { trimmed($0) }
            guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ $0.isLetter }) else { return }
            if parts[0].lowercased() == "escape", parts[1].count == 1, let character = parts[1].first {
                escape = character
            }
            position += 1
        }
    }

    private mutating func next() -> DockerfileInstruction {
        let start = position
        while position < lines.count, isIgnored(lines[position]) { position += 1 }
        if position > start { return between(from: start) }
        let text = joined()
        let head = text.prefix { !$0.isWhitespace }
        let rest = String(trimmed(text.dropFirst(head.count)))
        let keyword = head.uppercased()
        if ["RUN", "COPY", "ADD", "ONBUILD"].contains(keyword) {
            for document in hereDocuments(rest) { skip(document) }
        }
        return DockerfileInstruction(keyword: keyword, text: rest, source: source(from: start))
    }

    /// One instruction with its continued lines, without the comments between them.
    private mutating func joined() -> String {
        var text = ""
        while position < lines.count {
            let line = lines[position]
            position += 1
            if !text.isEmpty, isIgnored(line) { continue }
            guard let continued = continued(line) else { return String(trimmed(Substring(text + line))) }
            text += continued
        }
        return String(trimmed(Substring(text)))
    }

    /// The line without the mark that continues it; nil where it ends the instruction.
    private func continued(_ line: Substring) -> Substring? {
        var line = line
        while let last = line.last, last == " " || last == "\t" || last == "\r" { line = line.dropLast() }
        guard line.last == escape else { return nil }
        return line.dropLast().last == escape ? nil : line.dropLast()
    }

    private mutating func skip(_ document: HereDocument) {
        while position < lines.count {
            var line = lines[position]
            position += 1
            if document.dropsTabs { line = line.drop { $0 == "\t" } }
            if line.last == "\r" { line = line.dropLast() }
            if line == document.name { return }
        }
    }

    private func isIgnored(_ line: Substring) -> Bool {
        let line = trimmed(line)
        return line.isEmpty || line.first == "#"
    }

    private func between(from start: Int) -> DockerfileInstruction {
        DockerfileInstruction(keyword: "", text: "", source: source(from: start))
    }

    private func source(from start: Int) -> String { lines[start..<position].map { $0 + "\n" }.joined() }
}

private struct HereDocument: Hashable {
    var name: String
    var dropsTabs: Bool
}

/// The here-documents that the text of an instruction opens, in order.
private func hereDocuments(_ text: String) -> [HereDocument] {
    text.split(whereSeparator: \.isWhitespace)
        .compactMap { word in
            var word = word.drop { $0.isNumber }
            guard word.hasPrefix("<<"), !word.hasPrefix("<<<") else { return nil }
            word = word.dropFirst(2)
            let dropsTabs = word.first == "-"
            if dropsTabs { word = word.dropFirst() }
            let name = word.filter { $0 != "\"" && $0 != "'" }
            guard let first = name.first, first.isLetter || first == "_",
                name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
            else { return nil }
            return HereDocument(name: name, dropsTabs: dropsTabs)
        }
}

/// Without blanks at either end.
func trimmed(_ text: some StringProtocol) -> Substring {
    var text = Substring(text)
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return text
}
