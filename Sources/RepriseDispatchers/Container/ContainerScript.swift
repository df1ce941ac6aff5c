import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// Renders `launch.sh`, which begins a job's container and can be executed by hand.
enum ContainerScript {
    /// `arguments` end where the words for the image's `/bin/sh` begin.
    static func text(_ key: JobKey, _ engine: JobEngine, arguments: [String]) -> String {
        let variables = engine.variables.sorted { $0.key < $1.key }
            .map { "export \($0.key)=\"${\($0.key)-\(doubleQuoted($0.value))}\"\n" }
        let words = arguments + [ContainerArguments.script, "sh"]
        return """
            #!/bin/sh
            # Begins \(key) in a container of \(engine.kind.rawValue). Generated, never changed.
            # By hand: `sh launch.sh`; once it has been executed, `sh launch.sh --again`. Credentials come from the environment.
            case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
            [ -s \(JobFolders.launched) ] || echo "$$" > \(JobFolders.launched) || exit 125
            \(variables.joined())exec \(shellQuoted(engine.program)) \(lines(words)) "$@"

            """
    }

    /// An option with its value a line.
    private static func lines(_ words: [String]) -> String {
        var text = ""
        for word in words {
            text += text.isEmpty ? "" : word.hasPrefix("-") ? " \\\n    " : " "
            text += shellQuoted(word)
        }
        return text
    }

    private static func doubleQuoted(_ text: String) -> String {
        String(text.flatMap { "\\\"$`".contains($0) ? ["\\", $0] : [$0] })
    }
}
