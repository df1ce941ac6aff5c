import ArgumentParser
import RepriseModel

/// What is said about a command line that cannot be read.
enum ParsingReport {
    /// nil for an error that did not come from reading the command line.
    static func about(_ error: any Error, _ arguments: [String]) -> ErrorReport? {
        guard !(error is ExitCode), !(error is any RepriseError),
            RepriseCommand.exitCode(for: error) == .validationFailure
        else { return nil }
        let (what, hint) = split(RepriseCommand.message(for: error))
        let verbs = ArgumentOrder.path(of: arguments)
        let help = "`\((["reprise"] + verbs).joined(separator: " ")) --help` tells what it takes"
        return ErrorReport(status: 2, message: Mistake(what, fix: hint ?? help, code: "usage"))
    }

    /// The parser's own words, brought into the shape of ours: lower case, no full stop, the suggestion apart.
    private static func split(_ message: String) -> (what: String, hint: String?) {
        if let choice = choice(message) { return choice }
        guard let start = message.firstRange(of: "Did you mean")?.lowerBound else { return (tidy(message), nil) }
        let hint = message[start...].prefix { $0 != "\n" }
        return (tidy(message[..<start]), backQuoted("d" + hint.dropFirst()))
    }

    /// A value that is none of a list: the list on one line, and the nearest of it.
    private static func choice(_ message: String) -> (what: String, hint: String?)? {
        guard let end = message.firstRange(of: "Please provide one of") else { return nil }
        let what = tidy(message[..<end.lowerBound])
        let values = message[end.upperBound...].split(whereSeparator: { $0 == "\n" || $0 == "'" || $0 == "," })
            .map { $0.trimmingSpace.split(separator: " ").last.map(String.init) ?? "" }
            .filter { !$0.isEmpty && !$0.hasSuffix(":") && ![".", "or"].contains($0) }
        guard !values.isEmpty else { return nil }
        let given = what.split(separator: "`").dropFirst().first.map(String.init) ?? ""
        if let near = nearestName(to: given, among: values) { return (what, "did you mean `\(near)`?") }
        return (what, "give one of \(values.map { "`\($0)`" }.joined(separator: ", "))")
    }

    private static func tidy(_ text: some StringProtocol) -> String {
        var what = text.split(separator: "\n").map(\.trimmingSpace).joined(separator: " ").trimmingSpace
        if what.hasSuffix(".") { what.removeLast() }
        return backQuoted(what.prefix(1).lowercased() + what.dropFirst())
    }

    private static func backQuoted(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "`")
    }
}

extension StringProtocol {
    /// Without spaces at either end.
    fileprivate var trimmingSpace: String {
        var text = Substring(self).drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
