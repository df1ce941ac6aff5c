import RepriseModel
import RepriseSystem

/// The programs that a command starts, as far as its text tells: the first word of each simple command, behind what
/// only starts another program (`env`, `timeout 5`, `uv run`, …).
///
/// A guess by design: it serves the fingerprint, never the execution.
package func programs(of command: Command) -> [String] {
    switch command {
    case .list(let words): return [program(in: words.map(text(of:)))].compactMap { $0 }
    case .shell(let pieces):
        var found: [String] = []
        for words in SimpleCommands.of(text(of: pieces)) {
            if let name = program(in: words), !found.contains(name) { found.append(name) }
        }
        return found
    }
}

private func text(of pieces: [CommandPiece]) -> String {
    pieces.map { piece in
        switch piece {
        case .text(let text): text
        case .run: "_"
        }
    }
    .joined()
}

/// Part of the shell's grammar or built into it; those of the second list are programs, too, and count where they are all
/// that a command says.
private let shellWords: Set<String> = [
    "fi", "for", "done", "case", "esac", "in", "}", "cd", "export", "set", "unset", "exit", "read", "wait", ":", ".",
    "source", "return", "trap", "shift", "eval", "local",
]
private let shellPrograms: Set<String> = ["echo", "printf", "test", "[", "true", "false", "pwd", "kill"]

private func program(in words: [String]) -> String? {
    var rest = words[...]
    while let word = rest.first {
        let name = word.split(separator: "/").last.map(String.init) ?? word
        if isAssignment(word) || ["then", "do", "else", "elif", "!", "if", "while", "until", "{"].contains(word) {
            rest = rest.dropFirst()
        } else if let skipped = wrappers[name] {
            rest = afterWrapper(rest.dropFirst(), skipped)
        } else {
            return shellWords.contains(word) || (shellPrograms.contains(word) && words.count > 1) ? nil : word
        }
    }
    return nil
}

/// What starts another program, with the words that stand between: subcommands, and options that take a word.
private let wrappers: [String: (subcommands: [String], valued: [String], values: Int)] = [
    "env": ([], ["-u", "-C", "-S"], 0), "exec": ([], ["-a"], 0), "nice": ([], ["-n"], 0), "nohup": ([], [], 0),
    "time": ([], ["-f", "-o"], 0), "timeout": ([], ["-s", "-k"], 1), "stdbuf": ([], ["-i", "-o", "-e"], 0),
    "setsid": ([], [], 0), "taskset": ([], ["-c"], 1), "numactl": ([], [], 0), "command": ([], [], 0),
    "uv": (["run"], ["--with", "--python", "-p", "--extra", "--group", "--project"], 0), "poetry": (["run"], [], 0),
    "pipenv": (["run"], [], 0), "pdm": (["run"], [], 0), "hatch": (["run"], [], 0), "pixi": (["run"], ["-e"], 0),
    "conda": (["run"], ["-n", "-p", "--name", "--prefix"], 0), "micromamba": (["run"], ["-n", "-p"], 0),
    "mpirun": ([], ["-n", "-np", "--hostfile", "-H"], 0), "mpiexec": ([], ["-n", "-np"], 0),
    "srun": ([], ["-n", "-N"], 0),
    "xvfb-run": ([], [], 0), "strace": ([], ["-o", "-e"], 0),
]

private func afterWrapper(
    _ words: ArraySlice<String>,
    _ wrapper: (subcommands: [String], valued: [String], values: Int)
) -> ArraySlice<String> {
    var rest = words
    if let first = rest.first, wrapper.subcommands.contains(first) { rest = rest.dropFirst() }
    while let word = rest.first, word.hasPrefix("-") || isAssignment(word) {
        rest = rest.dropFirst(wrapper.valued.contains(word) ? 2 : 1)
        if word == "--" { break }
    }
    return rest.dropFirst(wrapper.values)
}

private func isAssignment(_ word: String) -> Bool {
    guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
    return word[..<sign].allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber } && word.first?.isNumber == false
}

/// The program that a script names in its first line, or nil: `python3` for `#!/usr/bin/env -S python3 -u`.
func scriptInterpreter(_ start: [UInt8]) -> String? {
    guard start.starts(with: "#!".utf8) else { return nil }
    let line = String(decoding: start.dropFirst(2).prefix { $0 != 0x0A }, as: UTF8.self)
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)
    guard let first = words.first else { return nil }
    guard first.hasSuffix("/env") else { return first }
    return words.dropFirst().first { !$0.hasPrefix("-") && !isAssignment($0) }
}
