import RepriseModel

/// Where a command's data and its talk go, and what can be shown there.
package struct Console: Sendable {
    /// Data, and nothing else.
    package var output: any TextSink
    /// Talk, progress and errors.
    package var errors: any TextSink
    package var outputIsTerminal: Bool
    package var errorsAreTerminal: Bool
    /// Columns of the terminal.
    package var width: Int
    /// False where the locale is not UTF-8.
    package var isUnicode: Bool
    package var outputIsColoured: Bool
    package var errorsAreColoured: Bool
    /// Talk is left out; errors are not.
    package var isQuiet = false

    /// Colours are for terminals; `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb` in the variables say otherwise.
    package init(
        output: any TextSink,
        errors: any TextSink,
        outputIsTerminal: Bool = false,
        errorsAreTerminal: Bool = false,
        width: Int = 80,
        variables: [String: String] = [:]
    ) {
        let isDumb = variables["TERM"] == "dumb"
        self.output = output
        self.errors = errors
        self.outputIsTerminal = outputIsTerminal
        // What cannot move its cursor gets plain lines.
        self.errorsAreTerminal = errorsAreTerminal && !isDumb
        self.width = max(20, width)
        isUnicode = Self.isUnicode(variables)
        let forced = Self.isSet(variables["CLICOLOR_FORCE"]) && variables["CLICOLOR_FORCE"] != "0"
        let refused = Self.isSet(variables["NO_COLOR"])
        outputIsColoured = !refused && (forced || outputIsTerminal && !isDumb)
        errorsAreColoured = !refused && (forced || errorsAreTerminal && !isDumb)
    }

    private static func isSet(_ value: String?) -> Bool { value.map { !$0.isEmpty } ?? false }

    /// POSIX: the first of these that is set and not empty names the locale.
    private static func isUnicode(_ variables: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
        guard let name = locale?.lowercased() else { return false }
        return name.contains("utf-8") || name.contains("utf8")
    }

    /// Writes a line of data.
    package func line(_ text: String) throws { try output.write(Array((text + "\n").utf8)) }

    /// Writes data as it is.
    package func text(_ text: String) throws { try output.write(Array(text.utf8)) }

    /// Writes one JSON document: indented for a person at a terminal, in one line for a program.
    package func document(_ value: Value) throws { try line(value.json(pretty: outputIsTerminal)) }

    /// Writes one JSON object of a stream, a line each.
    package func object(_ value: Value) throws { try line(value.json()) }

    /// Tells the person something. Standard error may be closed; that stops no command.
    package func say(_ text: String) {
        guard !isQuiet else { return }
        complain(text)
    }

    /// As `say`, even when quiet.
    package func complain(_ text: String) {
        // Where standard error is gone there is nobody left to tell.
        try? errors.write(Array((text + "\n").utf8))
    }

    /// The text in colour, where standard output has any.
    package func painted(_ text: String, _ paint: Paint) -> String { paint.applied(to: text, outputIsColoured) }

    /// What tables are fitted to; nil where nothing is cut.
    var tableWidth: Int? { outputIsTerminal ? width : nil }

    package func print(_ table: Table) throws {
        for line in table.lines(width: tableWidth, isUnicode: isUnicode, isColoured: outputIsColoured) {
            try self.line(line)
        }
    }
}
