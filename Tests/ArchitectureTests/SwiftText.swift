/// Just enough reading of formatted Swift text for rules about it.
enum SwiftText {
    /// The line without its comment, and without what stands inside its quotes.
    static func code(of line: String) -> String {
        var code = ""
        var isText = false
        var isEscaped = false
        for character in line {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isText = false
                    code.append(character)
                }
            } else {
                code.append(character)
                if character == "\"" { isText = true }
                if code.hasSuffix("//") { return String(code.dropLast(2)) }
            }
        }
        return code
    }

    /// Every function and initializer with a body: its name, its first line, and how many lines it takes.
    static func functions(in lines: [String]) -> [(name: String, line: Int, count: Int)] {
        lines.indices.compactMap { start in
            let code = code(of: lines[start])
            guard let name = declaredFunction(code), let end = lastLine(from: start, in: lines) else { return nil }
            return (name, start + 1, end - start + 1)
        }
    }

    private static func declaredFunction(_ code: String) -> String? {
        let words = code.split(separator: " ")
        for (index, word) in words.enumerated() {
            if word == "func", words.indices.contains(index + 1) {
                return String(words[index + 1].prefix { $0 != "(" && $0 != "<" })
            }
            if word.hasPrefix("init(") || word.hasPrefix("init<") || word.hasPrefix("init?(") { return "init" }
            let modifiers: Set<Substring> = [
                "private", "package", "public", "static", "mutating", "override", "fileprivate", "convenience", "final",
                "nonisolated", "required", "consuming", "borrowing",
            ]
            guard word.hasPrefix("@") || modifiers.contains(word) else { return nil }
        }
        return nil
    }

    /// The line of the closing brace: formatted text puts it under the first word of the declaration.
    private static func lastLine(from start: Int, in lines: [String]) -> Int? {
        let indent = lines[start].prefix { $0 == " " }
        if lines[start].hasSuffix("}") { return start }
        var isOpen = lines[start].hasSuffix("{")
        for index in lines.indices.dropFirst(start + 1) {
            let line = lines[index]
            guard line.hasPrefix(indent), line.dropFirst(indent.count).first != " ", !line.isEmpty else {
                if !isOpen, line.hasSuffix("{") { isOpen = true }
                continue
            }
            let first = line.dropFirst(indent.count)
            if first.hasPrefix("}") { return isOpen ? index : nil }
            if isOpen { continue }
            let continues = [")", "{", "->", "where", "throws", "async"].contains { first.hasPrefix($0) }
            guard continues else { return nil }
            isOpen = line.hasSuffix("{")
        }
        return nil
    }
}
