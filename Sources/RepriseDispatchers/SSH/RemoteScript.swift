import RepriseSystem

/// What a program on another machine is wrapped in, for its `/bin/sh`. Pure.
enum RemoteScript {
    /// Ends what a person's start-up files may print before the program does.
    static let mark = "\u{1}reprise"

    /// The status in place of 255, with which `ssh` tells of itself.
    static let statusInPlaceOf255 = 254
    /// The status where the program is not there; its name then is in the errors, behind `absence`.
    static let missing = 127
    static let absence = "reprise: there is no "

    /// `landmark` is a program that is in PATH only where the person's surroundings are complete. Where it is not, they are
    /// those of a login shell, whose files set PATH on many clusters.
    static func text(_ invocation: Invocation, landmark: String? = nil) -> String {
        var lines: [String] = []
        for (name, value) in invocation.variables.sorted(by: { $0.key < $1.key }) {
            lines.append(value.map { "export \(name)=\(shellQuoted($0))" } ?? "unset \(name)")
        }
        if let folder = invocation.folder { lines.append("cd -- \(shellQuoted(folder)) || exit 126") }
        let words = ([invocation.program] + invocation.arguments).map(shellQuoted).joined(separator: " ")
        lines.append(
            """
            set -- \(words)
            work='command -v "$1" > /dev/null 2>&1 || { echo "\(absence)$1" >&2; exit \(missing); }
            printf "\\001reprise\\n"
            "$@"
            status=$?
            [ "$status" -ne 255 ] || status=\(statusInPlaceOf255)
            exit "$status"'
            if command -v \(shellQuoted(landmark ?? invocation.program)) > /dev/null 2>&1; then eval "$work"; fi
            shell=$(command -v bash) || shell=/bin/sh
            exec "$shell" -lc "$work" sh "$@"
            """
        )
        return lines.joined(separator: "\n")
    }

    /// What the program itself printed; nil where it never began.
    static func output(_ bytes: [UInt8]) -> [UInt8]? {
        let needle = Array((mark + "\n").utf8)
        guard bytes.count >= needle.count else { return nil }
        if bytes.starts(with: needle) { return Array(bytes.dropFirst(needle.count)) }
        for start in 1..<max(2, bytes.count - needle.count + 1) where bytes[start...].starts(with: needle) {
            return Array(bytes[(start + needle.count)...])
        }
        return nil
    }

    /// What the program complained about, without what `ssh` remarks when two make the shared connection at once.
    static func errors(_ bytes: [UInt8]) -> [UInt8] {
        let remark = Array("ControlSocket ".utf8)
        guard bytes.starts(with: remark), let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
        return String(decoding: bytes[..<end], as: UTF8.self).contains("disabling multiplexing")
            ? errors(Array(bytes[(end + 1)...])) : bytes
    }
}
