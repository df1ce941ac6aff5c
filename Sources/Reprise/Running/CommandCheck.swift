import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSystem

/// Looks for the programs that commands start, before anything is frozen or queued.
///
/// Refuses only what cannot be found for certain: a program that an earlier step builds, one that the run's own PATH
/// may hold, and whatever a script starts in the course of its lines show when they run.
struct CommandCheck {
    let world: World
    /// The code is that of a kept snapshot, so that files named by relative paths need not lie in the project.
    let isKept: Bool

    /// Throws `command-not-found` for the first program that no run of the plan could start.
    func check(_ part: ExperimentPlan) throws {
        var seen: Set<String> = []
        for variant in part.variants where variant.variables["PATH"] == nil {
            for step in variant.steps {
                guard let name = step.command.program, seen.insert(name).inserted else { continue }
                guard !isThere(name, folder: part.folder, needs: step.needs) else { continue }
                throw Mistake(
                    "the command `\(name)` cannot be found",
                    why: name.contains("/") ? nil : "no folder in PATH has a program of that name",
                    fix: name.contains("/")
                        ? "correct `command`; paths count from the experiment's folder"
                        : "install it, or correct `command`; a script beside the experiment is `./\(name)`",
                    code: "command-not-found",
                    place: Place(file: part.source)
                )
            }
        }
    }

    private func isThere(_ name: String, folder: String, needs: [String]) -> Bool {
        guard name.contains("/") else { return world.program(name) != nil }
        guard name.hasPrefix("/") || (needs.isEmpty && !isKept) else { return true }
        do {
            let status = try world.files.status(name.hasPrefix("/") ? name : "\(folder)/\(name)")
            return status.map { $0.kind != .folder } ?? false
        } catch {
            // What cannot be looked at is left for the run to tell.
            return true
        }
    }
}

extension Command {
    /// The program that the command starts; nil where only a shell can tell.
    fileprivate var program: String? {
        switch self {
        case .list(let words):
            return words.first.flatMap(Self.plain)
        case .shell(let pieces):
            let text = pieces.map { if case .text(let part) = $0 { part } else { "_" } }.joined()
            guard !text.contains(where: { "|&;<>()`$\n\"'\\#".contains($0) }) else { return nil }
            guard let word = text.split(separator: " ").first.map(String.init) else { return nil }
            let isName = word.allSatisfy { $0.isLetter || $0.isNumber || "_-.+/".contains($0) }
            return isName && !shellWords.contains(word) ? word : nil
        }
    }

    private static func plain(_ word: [CommandPiece]) -> String? {
        var text = ""
        for piece in word {
            guard case .text(let part) = piece else { return nil }
            text += part
        }
        return text.isEmpty ? nil : text
    }
}

/// What a POSIX shell knows without a program.
private let shellWords: Set<String> = [
    ".", "alias", "bg", "break", "case", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false",
    "fc", "fg", "for", "getopts", "hash", "if", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return",
    "set", "shift", "source", "test", "time", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset",
    "until", "wait", "while",
]
