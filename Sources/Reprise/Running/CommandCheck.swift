import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSnapshots
import RepriseSystem

/// Looks for the programs that commands start, before anything is frozen or queued.
///
/// Refuses only what cannot be found for certain: a program that an earlier step builds, one that the run's own PATH
/// may hold, and whatever a script starts in the course of its lines show when they run.
struct CommandCheck {
    let world: World
    /// The code is that of a kept snapshot, so that files named by relative paths need not lie in the project.
    let isKept: Bool

    /// Throws `command-not-found` for the first program that no run of the plan could start: on the host, and of the
    /// code's own in containers, too. Where the target finds other programs than this machine (`ownPrograms`), only those
    /// of the code are looked for.
    func check(_ part: ExperimentPlan, ownPrograms: Bool = false) throws {
        var seen: Set<String> = []
        for variant in part.variants where variant.variables["PATH"] == nil {
            for (step, environment) in zip(variant.steps, variant.environments) {
                guard let name = step.command.program else { continue }
                guard isOfTheCode(name) || environment.source.isHost && !ownPrograms, seen.insert(name).inserted else {
                    continue
                }
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

    private func isOfTheCode(_ name: String) -> Bool { name.contains("/") && !name.hasPrefix("/") }

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

extension CommandCheck {
    /// The programs, without those of the code itself, that are certain to be started in the image.
    func programs(of part: ExperimentPlan, in source: EnvironmentDeclaration.Source) -> [String] {
        Array(OrderedSet(part.everyCommand(in: source).compactMap(\.program).filter { !isOfTheCode($0) }))
    }

    /// The same as `check`, for what is looked for in an image. `interpreter` tells what the first line of a script of the
    /// code names.
    func check(
        _ part: ExperimentPlan,
        _ source: EnvironmentDeclaration.Source,
        in image: ImageIdentity,
        has answer: ImageAnswer,
        interpreter: (String) -> String?
    ) throws {
        // The data lie where they lie on this machine.
        let data = part.data.compactMap(\.path)
        func isMissing(_ name: String) -> Bool {
            guard answer.programs[name] == .null else { return false }
            return !data.contains { name == $0 || name.hasPrefix($0 + "/") }
        }
        for variant in part.variants where variant.variables["PATH"] == nil {
            for (step, environment) in zip(variant.steps, variant.environments) where environment.source == source {
                guard let name = step.command.program else { continue }
                if isMissing(name) { throw missing(name, image, part) }
                guard isOfTheCode(name), let program = interpreter(name), isMissing(program) else { continue }
                throw missing(program, image, part, for: name)
            }
        }
    }

    private func missing(
        _ name: String,
        _ image: ImageIdentity,
        _ part: ExperimentPlan,
        for script: String? = nil
    ) -> Mistake {
        Mistake(
            "the image `\(image.reference)` has no program `\(name)`",
            why: script.map { "`\($0)` names it in its first line" },
            fix: "correct `command`, choose an image that has it, or build one: `environment.build`",
            code: "command-not-found",
            place: Place(file: part.source)
        )
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
