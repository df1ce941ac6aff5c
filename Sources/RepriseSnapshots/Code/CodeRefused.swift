import RepriseModel
import RepriseSystem

/// Files among the code that must not go into a snapshot unasked. Nothing was written.
package struct CodeRefused: RepriseError, Hashable {
    package struct File: Hashable, Sendable {
        /// Below the tree's root, as `pathText` writes it.
        package var path: String
        package var bytes: Int64
        package var finding: CodeFinding
    }

    /// In the order of their paths.
    package var files: [File]
    package var largest: Int64

    package var what: String {
        files.count == 1
            ? "`\(files[0].path)` does not belong into a snapshot of the code"
            : "\(files.count) files do not belong into a snapshot of the code"
    }

    package var why: String? {
        var lines = files.prefix(10)
            .map { file in
                "`\(file.path)` (\(Quantities.text(bytes: file.bytes))): \(file.finding.text)"
            }
        if files.count > 10 { lines.append("and \(files.count - 10) more") }
        if isAnyLarge { lines.append("code may have up to \(Quantities.text(bytes: largest)) a file") }
        return lines.joined(separator: "\n       ")
    }

    package var fix: String? {
        let names = files.prefix(3).map { "`\($0.path)`" }.joined(separator: ", ")
        let quoted = files.prefix(3).map { shellQuoted($0.path) }.joined(separator: ", ")
        var ways = [
            "leave it out: write \(names) into `.repriseignore`, or `code: {exclude: [\(quoted)]}` into the experiment"
        ]
        if isAnyLarge { ways.append("is it an input? name it under `data:` as well, so that it is kept by its digest") }
        ways.append("is it meant to be there? `code: {allow: [\(quoted)]}`")
        return ways.joined(separator: "\n       ")
    }

    package var code: String { isAnyLarge ? "code-too-large" : "code-looks-secret" }

    private var isAnyLarge: Bool {
        files.contains { if case .large = $0.finding { true } else { false } }
    }
}

/// A part of the code that this user may not read, so that a snapshot would lack it.
package struct CodeUnreadable: RepriseError, Hashable {
    package var message: String

    package var what: String { "cannot read all of the code" }
    package var why: String? { message.split(separator: "\n").prefix(5).joined(separator: "\n       ") }
    package var fix: String? { "make it readable, or leave it out: write its path into `.repriseignore`" }
    package var code: String { "code-unreadable" }
}
