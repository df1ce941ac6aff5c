import RepriseModel

/// Why a folder of another machine cannot be worked in. `words` are that machine's.
package enum RemoteWorkspaceError: RepriseError, Hashable {
    case unusable(path: String, host: String, words: String)
    case full(path: String, host: String, words: String)
    case lacks(program: String, host: String)
    /// What it said is not what it was asked.
    case garbled(host: String)

    static func refusal(_ words: String, path: String, host: String) -> RemoteWorkspaceError {
        let lines = words.split(whereSeparator: \.isNewline).map(String.init)
        let full = lines.first { $0.contains("No space left") || $0.contains("quota exceeded") || $0.contains("Quota") }
        if let full {
            // Which of our files found no room helps nobody.
            return .full(
                path: path,
                host: host,
                words: full.contains("No space left") ? "No space left on device" : full
            )
        }
        return .unusable(path: path, host: host, words: lines.last.map(withoutShell) ?? "")
    }

    /// Without the `sh: 20: ` of a shell that complains.
    private static func withoutShell(_ line: String) -> String {
        let parts = line.split(separator: ":", maxSplits: 2).map { $0.drop { $0 == " " } }
        guard parts.count == 3, parts[0].hasSuffix("sh"), parts[1].allSatisfy(\.isNumber) else { return line }
        return String(parts[2])
    }

    package var what: String {
        switch self {
        case .unusable(let path, let host, _): "cannot work in `\(path)` on `\(host)`"
        case .full(let path, let host, _): "the disk or quota of `\(path)` on `\(host)` is full"
        case .lacks(let program, let host): "cannot find `\(program)` on `\(host)`"
        case .garbled(let host): "`\(host)` answers what nobody asked"
        }
    }

    package var why: String? {
        switch self {
        case .unusable(_, _, let words), .full(_, _, let words): words.isEmpty ? nil : words
        case .lacks: "files are carried there and back with it"
        case .garbled: nil
        }
    }

    package var fix: String? {
        switch self {
        case .unusable:
            "the target's `workspace` names a folder that you may write in, and that the nodes see; in one of a group each person gets a folder"
        case .full: "make room there, or let the target's `workspace` name another folder"
        case .lacks: "install it there, or put the folder that holds it into PATH in the files of its login shell"
        case .garbled:
            "does a start-up file of the login shell there print something after the login, or change the directory?"
        }
    }

    package var code: String {
        switch self {
        case .unusable: "workspace-unusable"
        case .full: "workspace-full"
        case .lacks: "program-missing"
        case .garbled: "workspace-garbled"
        }
    }

    package var fault: Fault {
        switch self {
        case .unusable, .full, .lacks: .usage
        case .garbled: .world
        }
    }
}
