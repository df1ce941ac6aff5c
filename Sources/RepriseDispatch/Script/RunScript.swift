import OrderedCollections
import RepriseModel
import RepriseSystem

/// Renders `run.sh`: what every engine executes, and what a person can execute by hand.
///
/// POSIX sh. The script finds its run by its own place, so that a staged copy works; it claims the job by creating
/// `started`, so that the job is executed once however often the script is started; and it ends by renaming `exit.json`
/// into place. It starts no program but the command and one `mv`, plus `date` where nobody tells it the time.
package enum RunScript {
    package static func text(_ input: RunScriptInput) -> String {
        [
            opening(input), claim, contract(input), command(input),
            input.keeps.map { RunScriptKeeping.text($0, folder: input.folder) }, RunScriptParts.ending,
        ]
        .compactMap { $0 }
        .joined(separator: "\n\n") + "\n"
    }

    private static func opening(_ input: RunScriptInput) -> String {
        let below = input.key.folder.isEmpty ? "$job" : "${job%\(shellQuoted("/" + input.key.folder))}"
        return """
            #!/bin/sh
            # Executes \(input.key) of `\(comment(input.request.name))`. Generated, never changed.
            # By hand: `sh run.sh`; once it has been executed, `sh run.sh --again`.
            \(input.head.map { $0 + "\n" }.joined())
            case $0 in */*) job=${0%/*} ;; *) job=. ;; esac
            cd -P -- "$job" || exit 126
            job=$PWD
            run=\(below)
            clock=${REPRISE_CLOCK-}
            engine=${REPRISE_JOB-}
            group=${REPRISE_MEMORY_GROUP-}
            unset REPRISE_CLOCK REPRISE_MEMORY_GROUP

            \(RunScriptParts.time)

            \(RunScriptParts.memory)
            """
    }

    private static let claim = """
        if [ "${1-}" = --again ]; then
            record=$job/again
        else
            record=
            now
            started=$milliseconds
            set -C
            if ! { printf '%s %s\\n' "$$" "$started" > started; } 2> /dev/null; then
                if [ ! -e started ]; then
                    echo "run.sh: cannot write $job/started" >&2
                elif [ -z "$engine" ]; then
                    echo "run.sh: executed already; \\`sh run.sh --again\\` does it once more and leaves the record alone" >&2
                fi
                exit 2
            fi
            set +C
        fi
        """

    private static func contract(_ input: RunScriptInput) -> String {
        let step = input.step.splits == nil ? nil : input.key.split
        var lines = [
            "REPRISE_JOB=\(shellQuoted(input.key.description))",
            "REPRISE_RUN_ID=\(input.key.run)",
            "REPRISE_RUN_DIR=$run",
            "REPRISE_OUTPUTS=${record:-$run}/outputs",
            "REPRISE_PARAMETERS=$run/parameters.json",
            "REPRISE_METRICS=${record:-$job}/metrics.jsonl",
            "REPRISE_SEED=\(input.seed)",
            "REPRISE_ATTEMPT=\(input.key.attempt)",
        ]
        if let step { lines += ["REPRISE_SPLIT=\(step)", "REPRISE_SPLITS=\(input.step.splits ?? 1)"] }
        for (name, path) in input.data.sorted(by: { $0.key < $1.key }) {
            let place = input.carriesData ? "$run/data/" + shellQuoted(name) : shellQuoted(path)
            lines.append("\(dataVariable(name))=\(place)")
        }
        lines += input.surroundings.sorted { $0.key < $1.key }.map { "\($0.key)=\(shellQuoted($0.value))" }
        let names = lines.map { $0.prefix { $0 != "=" } }
        var text = lines.joined(separator: "\n") + "\nexport \(names.joined(separator: " \\\n    "))\n"
        let lent = input.surroundings.keys.sorted().filter { $0.hasPrefix("MLFLOW_") }
        // A second execution by hand must not log into the run.
        if !lent.isEmpty { text += "[ -z \"$record\" ] || unset \(lent.joined(separator: " "))\n" }
        return text
            + #"[ -d "$REPRISE_OUTPUTS" ] || mkdir -p "$REPRISE_OUTPUTS" || exit 1"#
    }

    /// The command is a child, so that the script outlives a TERM that is sent to both, and writes down how it ended.
    private static func command(_ input: RunScriptInput) -> String {
        let folder = input.folder.isEmpty ? "" : shellQuoted("/" + input.folder)
        let own = Determinism.variables(input) + experimentVariables(input)
        var lines = own.map { "    export \($0.name)=\(shellQuoted($0.value))" }
        lines += input.prologue.map { "    " + $0 }
        lines.append(#"    cd -- "$run/work"\#(folder) || exit 126"#)
        let wrapper = input.wrapper.map { $0 + " " } ?? ""
        lines.append("    exec " + wrapper + CommandText.words(input.step.command))
        // A shell remarks on a child that a signal ended; the program's errors must hold the program's words alone.
        return """
            trap : HUP INT TERM USR1 USR2
            exec 9>&2 2> /dev/null
            (
                exec 2>&9 9>&-
            \(lines.joined(separator: "\n"))
            )
            status=$?
            trap '' HUP INT TERM USR1 USR2
            exec 2>&9 9>&-
            """
    }

    private static func experimentVariables(_ input: RunScriptInput) -> [(name: String, value: String)] {
        input.request.variables.map { (name: $0.key, value: $0.value.stringValue ?? $0.value.json()) }
    }

    /// A text that cannot end the comment that it stands in.
    private static func comment(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 }.prefix(80))
    }
}

/// What libraries must be told to compute the same twice, unless the experiment says otherwise.
enum Determinism {
    static func variables(_ input: RunScriptInput) -> [(name: String, value: String)] {
        guard input.request.determinism else { return [] }
        var variables = [
            (name: "PYTHONHASHSEED", value: String(UInt32(truncatingIfNeeded: input.seed.value))),
            (name: "CUBLAS_WORKSPACE_CONFIG", value: ":4096:8"),
            (name: "TF_DETERMINISTIC_OPS", value: "1"),
        ]
        if let cpus = input.step.resources.cpus {
            let names = ["OMP", "MKL", "OPENBLAS", "NUMEXPR"].map { $0 + "_NUM_THREADS" } + ["VECLIB_MAXIMUM_THREADS"]
            variables += names.map { (name: $0, value: String(cpus)) }
        }
        return variables.filter { input.request.variables[$0.name] == nil }
    }
}
