import RepriseModel
import Yams

/// Says in our words what the parser says in its own.
enum YAMLSyntax {
    static func mistake(for error: YamlError, file: String) -> Mistake {
        switch error {
        case .scanner(_, let problem, let mark, let text), .parser(_, let problem, let mark, let text),
            .composer(_, let problem, let mark, let text):
            if problem == "but found another document" {
                return Mistake(
                    "the file holds more than one document",
                    fix: "keep what stands before the second `---`, and move the rest to a file of its own",
                    code: "yaml-syntax",
                    place: place(mark, file)
                )
            }
            return Mistake(
                "the file is not YAML: \(problem)",
                fix: remedy(problem, line: line(mark.line, of: text)),
                code: "yaml-syntax",
                place: place(mark, file)
            )
        case .duplicatedKeysInMapping(let names, let context):
            let list = names.map { "`\($0)`" }.joined(separator: ", ")
            return Mistake(
                "the key \(list) stands twice",
                fix: "keep one of them",
                code: "duplicate-key",
                place: place(context.mark, file)
            )
        case .reader(let problem, let offset, _, _):
            let at = offset.map { " at byte \($0)" } ?? ""
            return Mistake("the file is not YAML: \(problem)\(at)", code: "yaml-syntax", place: Place(file: file))
        default: return Mistake("the file is not YAML", why: "\(error)", code: "yaml-syntax", place: Place(file: file))
        }
    }

    private static func place(_ mark: Mark, _ file: String) -> Place {
        Place(file: file, line: mark.line, column: mark.column)
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        let lines = text.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
        return lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }

    private static func remedy(_ problem: String, line: Substring) -> String? {
        if line.contains("\t") { return "indent with spaces; a tab may not stand here" }
        if line.contains("{{") { return "put a value that begins with `{{` in quotes" }
        if problem.contains("mapping values are not allowed") {
            return "put text that contains `: ` in quotes, and check the indentation"
        }
        if problem.contains("expected key") || problem.contains("could not find expected ':'") {
            return "write `key: value`, with a space after the colon"
        }
        if problem.contains("undefined alias") {
            return "name it with `&name` before, or put text that begins with `*` in quotes"
        }
        if problem.contains("cannot start any token") {
            return "put text that begins with `@`, `%` or a back-quote in quotes"
        }
        return nil
    }
}
