import ArgumentParser
import Reprise
import RepriseModel

extension CompletionKind {
    /// The newest runs of the store from the working directory upwards, by id and by name; nothing where there is none.
    static var runs: CompletionKind {
        .custom { _, _, prefix in
            guard let context = CommandContext.current else { return [] }
            let laboratory = Laboratory(world: context.world, folder: context.folder)
            // A completion that fails must not print into the person's prompt.
            let rows = (try? laboratory.list(ListFilter(limit: 200))) ?? []
            var seen: Set<String> = []
            let words = ["@last"] + rows.flatMap { [$0.id.short, $0.name] }
            return words.filter { $0.hasPrefix(prefix) && seen.insert($0).inserted }
        }
    }
}

extension CompletionKind {
    /// The images that runs and the lock of the working directory use; nothing where there is none.
    static var imageNames: CompletionKind {
        .custom { _, _, prefix in
            guard let context = CommandContext.current else { return [] }
            let laboratory = Laboratory(world: context.world, folder: context.folder)
            // A completion that fails must not print into the person's prompt.
            return ((try? laboratory.imageNames()) ?? []).filter { $0.hasPrefix(prefix) }
        }
    }
}

extension CompletionKind {
    /// The targets of the site around the working directory.
    static var targets: CompletionKind { .custom { _, _, prefix in targetNames.filter { $0.hasPrefix(prefix) } } }

    /// The same after a comma, and behind `STEP=`.
    static var targetChoices: CompletionKind {
        .custom { _, _, prefix in
            let head = prefix.lastIndex { $0 == "," || $0 == "=" }.map { String(prefix[...$0]) } ?? ""
            return targetNames.map { head + $0 }.filter { $0.hasPrefix(prefix) }
        }
    }

    private static var targetNames: [String] {
        guard let context = CommandContext.current else { return [] }
        let laboratory = Laboratory(world: context.world, folder: context.folder)
        // A completion that fails must not print into the person's prompt.
        return (try? laboratory.targetNames()) ?? []
    }
}
