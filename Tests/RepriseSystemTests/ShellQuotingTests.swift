import RepriseSystem
import RepriseTestKit
import Testing

/// Scripts that print what stands at `@`, in every place in which a value may stand.
private let scripts = [
    "printf %s @", "printf %s \"@\"", "printf %s '@'", "printf %s \"\"@''", "printf %s \"$(printf %s @)\"",
    "printf %s \"$(printf %s \"@\")\"", "printf %s \"$(printf %s '@')\"", "y=; printf %s \"${y:-@}\"",
    "y=; printf %s ${y:-@}",
    "y=; printf %s \"${y:-\"@\"}\"", "# it's (\"\nprintf %s @", "printf %s '#' >/dev/null; printf %s @",
    "printf %s \"it's \" >/dev/null; printf %s @", "case x in x) printf %s \"@\";; esac", "x=a#'b'; printf %s @",
    "(printf %s @)", "{ printf %s @; }", "printf %s \"$( (printf %s @) )\"", "printf %s \\\\ >/dev/null; printf %s @",
    "printf %s \\\" >/dev/null; printf %s @", "echo $((1<<2)) $(( (1+2)*3 )) >/dev/null\nprintf %s @",
    "cat <<E 1>&2\nit's \"\nE\nprintf %s @", "cat <<-'E' 1>&2\n\t`$(\"\n\tE\nprintf %s @",
    "printf %s `printf %s \"@\"`x >&2; printf %s @",
    "y=${x:-'#'}; printf %s @", "printf é'é'\"é\" >&2; printf %s @",
]

/// What a value may hold, and a quote with a combining mark, which is one character for Swift.
private let values = [
    "", "plain", "a b", "it's", "'", "''", "\"", "$HOME", "`id`", "$(id)", "\\", "\\\\", "a\\'b", "!", "*", "~", "#",
    "a;b", "a\nb", "}", "a}b",
    "${HOME}", "'\u{301}; echo broken; '\u{301}", "\"\u{301}; echo broken; \"\u{301}", "$\u{301}HOME",
    "`\u{301}id`\u{301}", "é'ü\"", "-n", "%s",
    "'\r\n'", "\t", "<<E", "((1", "))", "a=b", "\u{200D}'", "\\`", "\\\"", "$'a'",
]

@Suite struct `Quoting for the shell` {
    private func output(_ script: String, _ value: String) async throws -> String {
        let run = Invocation("/bin/sh", ["-c", script], variables: ["VALUE": value])
        return try await LiveProcessRunner().run(run).text
    }

    private func parts(_ script: String) -> (before: String, after: String, quoting: ShellQuoting) {
        let at = script.lastIndex(of: "@") ?? script.endIndex
        var quoting = ShellQuoting()
        let before = String(script[..<at])
        quoting.read(before)
        return (before, String(script[at...].dropFirst()), quoting)
    }

    @Test(arguments: scripts) func `keeps every character of a value`(script: String) async throws {
        let (before, after, quoting) = parts(script)
        // One shell for all values: each prints its own line of the answer.
        var all = ""
        for value in values { all += "(\(before)\(quoting.literal(value))\(after)\n)\nprintf '\\001'\n" }
        let printed = try await output(all, "").split(separator: "\u{1}", omittingEmptySubsequences: false).dropLast()
        #expect(printed.map(String.init) == values.map { script.contains("$(printf") ? withoutEnd($0) : $0 })
    }

    @Test(arguments: scripts) func `expands a variable to one word`(script: String) async throws {
        let (before, after, quoting) = parts(script)
        for value in ["a  b", "it's \"$HOME\" `id` \\ *"] {
            let printed = try await output(before + quoting.reference(to: "VALUE") + after, value)
            #expect(printed == value)
        }
    }

    /// The shell takes line ends off the end of what a command prints.
    private func withoutEnd(_ value: String) -> String {
        var scalars = value.unicodeScalars
        while scalars.last == "\n" { scalars.removeLast() }
        return String(scalars)
    }

    @Test func `knows backquotes, where everything is read twice`() async throws {
        for script in [
            "printf %s \"`printf %s @`\"", "printf %s \"`printf %s '@'`\"", "printf %s \"`printf %s \"@\"`\"",
        ] {
            let (before, after, quoting) = parts(script)
            for value in ["a`id`b", "$HOME", "\\", "it's", "\\$x", "'\u{301}"]
            where !(script.contains("\"@") && value.contains("\"")) {
                #expect(try await output(before + quoting.literal(value) + after, "") == value, "\(script) \(value)")
            }
        }
    }

    @Test func `knows here-documents`() async throws {
        for value in values where !value.contains("\n") && !value.contains("\r\n") {
            let open = parts("cat <<END\n@\nEND")
            #expect(try await output(open.before + open.quoting.literal(value) + open.after, "") == value + "\n")
            #expect(!open.quoting.keepsReferences)
            let closed = parts("cat <<'END'\n@\nEND")
            #expect(try await output(closed.before + closed.quoting.literal(value) + closed.after, "") == value + "\n")
            #expect(closed.quoting.keepsReferences)
        }
        let variable = parts("cat <<-END | cat\n\t@\n\tEND")
        #expect(
            try await output(variable.before + variable.quoting.reference(to: "VALUE") + variable.after, "a  'b'")
                == "a  'b'\n"
        )
    }

    @Test func `lets one compute`() async throws {
        for script in ["printf %s $((1 + @))", "printf %s \"$(( (@ - 1) * 2 ))\"", "x=$((@<<1)); printf %s \"$x\""] {
            let (before, after, quoting) = parts(script)
            let direct = try await output(before + "7" + after, "")
            #expect(!direct.isEmpty)
            #expect(try await output(before + quoting.reference(to: "VALUE") + after, "7") == direct, "\(script)")
            #expect(try await output(before + quoting.literal("7") + after, "") == direct, "\(script)")
        }
    }

    @Test func `quotes whole words`() async throws {
        let all = "printf '%s\\001' " + values.map(shellQuoted).joined(separator: " ")
        let printed = try await output(all, "").split(separator: "\u{1}", omittingEmptySubsequences: false).dropLast()
        #expect(printed.map(String.init) == values)
    }
}
