import ArgumentParser
import RepriseModel

/// Refuses empty values, whatever option they are given to: they are what is left of a shell's variable that was not set,
/// and would mean a folder that nobody named, or the only one of a list.
enum EmptyArgument {
    static func check(_ arguments: [String]) throws {
        // The parser's own, by which shells ask for completions.
        guard arguments.first?.hasPrefix("---") != true else { return }
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        for (index, argument) in arguments.enumerated() {
            if argument.isEmpty {
                let before = index > 0 && index <= end ? arguments[index - 1] : ""
                throw mistake(takesValue(before) ? before : nil, arguments)
            }
            if index < end, argument.hasPrefix("-"), argument.hasSuffix("=") {
                let option = String(argument.dropLast())
                // A value that begins with a hyphen may well end in `=`.
                if takesValue(option) { throw mistake(option, arguments) }
            }
        }
    }

    private static func mistake(_ option: String?, _ arguments: [String]) -> Mistake {
        let verb = (["reprise"] + ArgumentOrder.path(of: arguments)).joined(separator: " ")
        return Mistake(
            option.map { "`\($0)` is empty" } ?? "an argument of `\(verb)` is empty",
            why: "a variable of the shell that is not set leaves nothing behind",
            fix: "give it a value, or leave it out",
            code: "empty-argument"
        )
    }

    private static func takesValue(_ option: String) -> Bool {
        guard option.hasPrefix("-"), let help = try? Value(json: RepriseCommand._dumpHelp()) else { return false }
        return names(ofOptionsIn: help[path: "command"]).contains(option)
    }

    /// With their hyphens, of the command and those below it.
    private static func names(ofOptionsIn command: Value?) -> Set<String> {
        var found: Set<String> = []
        for argument in command?[path: "arguments"]?.listValue ?? [] where argument[path: "kind"] == "option" {
            for name in argument[path: "names"]?.listValue ?? [] {
                guard let text = name[path: "name"]?.stringValue else { continue }
                found.insert((name[path: "kind"] == "long" ? "--" : "-") + text)
            }
        }
        for below in command?[path: "subcommands"]?.listValue ?? [] { found.formUnion(names(ofOptionsIn: below)) }
        return found
    }
}
