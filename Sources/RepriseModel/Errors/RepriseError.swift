/// Everything that a person may get to see when something does not work.
///
/// The command line prints `what`, `why` and `fix` as lines of one message; JSON and HTTP carry them as fields beside
/// `code`. Texts are lower case, name the thing and the value, and end without a full stop.
public protocol RepriseError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in one line that names the thing and its value.
    var what: String { get }
    /// The evidence: what was expected, or the line that a failed command printed.
    var why: String? { get }
    /// A command or a change that mends it.
    var fix: String? { get }
    /// A stable name for programs, such as `unknown-key`.
    var code: String { get }
    /// Where in a person's file it shows.
    var place: Place? { get }
    /// Who can mend it; decides the exit status.
    var fault: Fault { get }
}

extension RepriseError {
    public var why: String? { nil }
    public var fix: String? { nil }
    public var place: Place? { nil }
    public var fault: Fault { .usage }

    /// The three lines that the command line prints.
    public var description: String {
        let head = place.map { "\($0): \(what)" } ?? what
        return [head, why.map { "  why: \($0)" }, fix.map { "  fix: \($0)" }].compactMap { $0 }.joined(separator: "\n")
    }
}

/// Who can mend an error.
public enum Fault: Hashable, Sendable {
    /// The person's input: exit status 2, and nothing was changed.
    case usage
    /// The world: a full disk, a program that failed. Exit status 1.
    case world
    /// Ours. Exit status 70.
    case bug
}

/// A place in a file that a person wrote. Lines and columns count from 1.
public struct Place: Hashable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int?
    public var column: Int?

    public init(file: String, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        [file, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
    }
}

/// An error that needs no type of its own, because nobody tells it from another.
public struct Mistake: RepriseError {
    public var what: String
    public var why: String?
    public var fix: String?
    public var code: String
    public var place: Place?
    public var fault: Fault

    public init(
        _ what: String,
        why: String? = nil,
        fix: String? = nil,
        code: String,
        place: Place? = nil,
        fault: Fault = .usage
    ) {
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code
        self.place = place
        self.fault = fault
    }
}
