import ArgumentParser
import RepriseModel

struct ShellCompletion: Verb {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a completion script for a shell",
        discussion: """
            Verbs, options, files and the runs of the store are completed.

            Examples:
              bash: source <(reprise completion bash)          in ~/.bashrc
              zsh:  reprise completion zsh > ~/.zfunc/_reprise  with ~/.zfunc in fpath
              fish: reprise completion fish > ~/.config/fish/completions/reprise.fish
            """
    )

    enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The shell")
    var shell: Shell

    func run(in session: Session) async throws {
        guard let known = CompletionShell(rawValue: shell.rawValue) else {
            throw Mistake("no completion for `\(shell.rawValue)`", code: "unknown-shell")
        }
        try session.console.text(RepriseCommand.completionScript(for: known))
    }
}
