import RepriseSystem

/// The words behind `ssh`.
enum SSHArguments {
    /// Asks nobody anything, gives up on what does not answer, and finds out within a minute that a connection is dead.
    private static let manners = [
        "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3",
        "-o", "ClearAllForwardings=yes", "-o", "ForwardX11=no", "-o", "RequestTTY=no", "-o", "LogLevel=ERROR",
    ]

    /// Everything before the command. `socket` is where all programs share one connection; nil leaves that to the person's
    /// own configuration. With `command` it is for whoever holds that connection (`-O`), and all there is.
    static func connection(_ destination: SSHDestination, socket: String?, command: String? = nil) -> [String] {
        var words = manners
        if let socket {
            words += [
                "-o", "ControlMaster=auto", "-o", "ControlPath=" + escaped(socket), "-o", "ControlPersist=120",
            ]
        }
        if let command { words += ["-O", command] }
        return words + destination.options + ["-T", destination.name]
    }

    /// What `rsync -e` takes, which knows quotes and nothing else of a shell, and appends the name itself.
    static func remoteShell(_ destination: SSHDestination, socket: String?) -> String {
        let words = ["ssh"] + connection(destination, socket: socket).dropLast(2)
        return
            words.map { word in
                // A quote stands twice between quotes.
                word.contains { $0.isWhitespace || $0 == "'" } ? "'\(word.replacing("'", with: "''"))'" : word
            }
            .joined(separator: " ")
    }

    /// Tells the person's own configuration of a machine, without reaching it.
    static func configuration(_ destination: SSHDestination) -> [String] {
        ["-G"] + destination.options + [destination.name]
    }

    /// The command for a machine on which any shell may be the person's: what it executes comes by standard input first,
    /// so that no word of it is in a list of processes.
    static func command(scriptBytes: Int) -> String { "exec /bin/sh -c 'eval \"$(head -c \(scriptBytes))\"'" }

    /// A path in which nothing stands for something else, and which an option of ssh takes for one word.
    private static func escaped(_ path: String) -> String {
        let path = path.replacing("%", with: "%%")
        guard path.contains(where: { $0.isWhitespace || "\"'#".contains($0) }) else { return path }
        return "\"" + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
