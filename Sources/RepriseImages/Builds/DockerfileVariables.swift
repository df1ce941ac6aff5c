/// Puts ARGs into the name of a base, as Docker does before the first stage.
struct DockerfileVariables {
    /// nil for one that was declared and has no value.
    var values: [String: String?] = [:]
    let given: [String: String]

    /// Takes in what follows `ARG`: one or more of `name`, `name=value`.
    mutating func declare(_ text: String) {
        for word in words(text) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let value = given[name] ?? (parts.count == 2 ? (try? expanded(unquoted(parts[1]))) : nil)
            values.updateValue(value, forKey: name)
        }
    }

    /// The text with `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` replaced. Throws the name of the
    /// variable that has no value.
    func expanded(_ text: String) throws(UnsetVariable) -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if character == "\\", let next = rest.popFirst() {
                result.append(next)
            } else if character != "$" {
                result.append(character)
            } else if rest.first == "{" {
                guard let end = closing(rest) else { throw UnsetVariable(name: String(rest)) }
                result += try braced(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(name.count)
                result += try value(name)
            }
        }
        return result
    }

    private func braced(_ text: Substring) throws(UnsetVariable) -> String {
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let rest = text.dropFirst(name.count)
        let known = values[String(name)].flatMap { $0 }
        let other = rest.drop { ":-+".contains($0) }
        switch rest.prefix(rest.count - other.count) {
        case "" where other.isEmpty: return try value(name)
        case ":-":
            if let known, !known.isEmpty { return known }
            return try expanded(String(other))
        case "-":
            if let known { return known }
            return try expanded(String(other))
        case ":+": return known.map(\.isEmpty) ?? true ? "" : try expanded(String(other))
        case "+": return known == nil ? "" : try expanded(String(other))
        default: throw UnsetVariable(name: String(text))
        }
    }

    private func value(_ name: Substring) throws(UnsetVariable) -> String {
        guard let value = values[String(name)].flatMap({ $0 }) else { throw UnsetVariable(name: String(name)) }
        return value
    }

    /// The brace that closes the first one; others may stand between.
    private func closing(_ text: Substring) -> Substring.Index? {
        var depth = 0
        for index in text.indices {
            if text[index] == "{" { depth += 1 }
            if text[index] == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private func words(_ text: String) -> [String] {
        var (words, word) = ([String](), "")
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}

/// A variable without a value in a place that needs one.
struct UnsetVariable: Error, Hashable {
    var name: String
}

/// Without the quotes round a value.
private func unquoted(_ text: Substring) -> String {
    guard text.count >= 2, let first = text.first, first == "\"" || first == "'", text.last == first else {
        return String(text)
    }
    return String(text.dropFirst().dropLast())
}
