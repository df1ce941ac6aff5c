import ArgumentParser
import RepriseModel

/// The verbs in a command line, found before it is parsed.
enum ArgumentOrder {
    /// Options that may stand before the verb and take a value.
    private static let leadingOptions: Set<String> = ["-C", "--store"]

    /// The arguments with `-C`, `--store` and flags that stood before the verb moved behind it, which is where the
    /// parser looks. Throws where the verb is none.
    static func checked(_ arguments: [String]) throws -> [String] {
        guard let index = verbIndex(arguments) else { return arguments }
        var rest = Array(arguments[index...])
        if rest[0] == "help" { try checkHelp(Array(rest.dropFirst())) }
        var command: any ParsableCommand.Type = RepriseCommand.self
        var depth = 0
        while depth < rest.count, !rest[depth].hasPrefix("-"), !command.configuration.subcommands.isEmpty {
            guard let next = child(named: rest[depth], of: command) else {
                throw unknown(rest[depth], after: Array(rest[..<depth]), among: command)
            }
            command = next
            depth += 1
        }
        rest.insert(contentsOf: arguments[..<index], at: depth)
        return rest
    }

    /// Throws where help is asked for with what is no verb.
    private static func checkHelp(_ words: [String]) throws {
        var command: any ParsableCommand.Type = RepriseCommand.self
        for (depth, word) in words.enumerated() where !word.hasPrefix("-") {
            guard let next = children(of: command).first(where: { $0.configuration.commandName == word }) else {
                throw unknown(word, after: Array(words[..<depth]), among: command, isHelp: true)
            }
            command = next
        }
    }

    /// The verbs at the head of the arguments: `snapshot`, `create`.
    static func path(of arguments: [String]) -> [String] {
        var path: [String] = []
        var command: any ParsableCommand.Type = RepriseCommand.self
        guard let index = verbIndex(arguments) else { return [] }
        for argument in arguments[index...] {
            guard let next = child(named: argument, of: command) else { break }
            path.append(argument)
            command = next
        }
        return path
    }

    private static func verbIndex(_ arguments: [String]) -> Int? {
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-") {
            if arguments[index] == "--" { return nil }
            // `--help` and the parser's own options stay in front.
            if !leadingOptions.contains(arguments[index]), !["-q", "--quiet", "--json"].contains(arguments[index]),
                !arguments[index].hasPrefix("--store=")
            {
                return nil
            }
            index += leadingOptions.contains(arguments[index]) ? 2 : 1
        }
        return index < arguments.count ? index : nil
    }

    private static func children(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        command.configuration.subcommands
    }

    private static func child(
        named name: String,
        of command: any ParsableCommand.Type
    ) -> (any ParsableCommand.Type)? {
        if command == RepriseCommand.self, name == "help" { return HelpVerb.self }
        return children(of: command).first { $0.configuration.commandName == name }
    }

    private static func unknown(
        _ name: String,
        after path: [String],
        among command: any ParsableCommand.Type,
        isHelp: Bool = false
    ) -> Mistake {
        let known = children(of: command).filter { $0.configuration.shouldDisplay }
            .compactMap { $0.configuration.commandName }
        let words = (["reprise"] + path).joined(separator: " ")
        var fix = "`\(words) --help` lists the verbs"
        let meant = (isHelp ? ["reprise", "help"] + path : ["reprise"] + path).joined(separator: " ")
        if !isHelp, path.isEmpty,
            [".yaml", ".yml", ".py", ".json"].contains(where: name.hasSuffix) || name.contains("/")
        {
            fix = "did you mean `reprise run \(name)`?"
        } else if let near = synonyms[name] ?? nearestName(to: name, among: known), known.contains(near) {
            fix = "did you mean `\(meant) \(near)`?"
        }
        return Mistake("unknown verb `\((path + [name]).joined(separator: " "))`", fix: fix, code: "unknown-verb")
    }

    /// What other tools call our verbs.
    private static let synonyms = [
        "ls": "list", "ps": "list", "status": "list", "rm": "delete", "remove": "delete", "cancel": "stop",
        "kill": "stop", "diff": "compare", "rerun": "repeat", "restart": "resume", "submit": "run", "log": "logs",
        "info": "show", "check": "doctor", "prune": "gc", "chart": "plot", "config": "settings", "exec": "run",
        "evaluate": "run", "reproduce": "verify", "tail": "logs", "search": "query",
    ]
}

/// Stands for the parser's own `help`, which has no type.
private struct HelpVerb: ParsableCommand {}
