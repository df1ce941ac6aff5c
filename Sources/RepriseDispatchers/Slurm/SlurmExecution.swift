import RepriseModel
import RepriseSystem

/// The end of the script: what executes the job, and what goes on beside it.
struct SlurmExecution: Hashable, Sendable {
    /// Milliseconds.
    var limit: Int64?
    var signal: SlurmSignal?
    var isContainer = false

    var text: String {
        let program = isContainer ? "/bin/sh \(JobFolders.launchScript)" : "/bin/sh run.sh"
        if limit == nil, signal == nil, !isContainer { return "exec " + program }
        var parts = ["trap : HUP INT TERM"]
        if let signal { parts.append(forwarding(signal)) }
        if let limit { parts.append(watch(limit)) }
        parts.append(signal == nil ? program + "\nstatus=$?" : Self.waiting(for: program))
        if limit != nil { parts.append("kill \"$watch\" 2> /dev/null") }
        if isContainer { parts.append("rm -rf \(ApptainerScript.scratch)") }
        return (parts + ["exit \"$status\""]).joined(separator: "\n")
    }

    /// Slurm sends it to this shell alone, which hands it on once to all that it has started.
    private func forwarding(_ signal: SlurmSignal) -> String {
        "trap 'trap \"\" \(signal.name); kill -s \(signal.name) 0' \(signal.name)"
    }

    /// In the background, since a shell heeds no signal while it waits for a program in the foreground.
    private static func waiting(for program: String) -> String {
        """
        \(program) & child=$!
        while wait "$child"; status=$?; kill -0 "$child" 2> /dev/null; do :; done
        """
    }

    /// Slurm counts in minutes and then tells nobody why, so that the script itself keeps the limit: TERM, and KILL after a
    /// while. It does so before Slurm would.
    private func watch(_ milliseconds: Int64) -> String {
        let allowed = min(milliseconds, SlurmScript.minutes(milliseconds) * 60_000 - 10_000)
        let (whole, rest) = max(allowed, 100).quotientAndRemainder(dividingBy: 1000)
        let fraction = String(1000 + rest).dropFirst()
        let deaf = signal.map { "    trap '' \($0.name)\n" } ?? ""
        return """
            (
            \(deaf)    trap 'kill "$pause"; exit' TERM
                sleep \(whole)\(rest == 0 ? "" : ".\(fraction)") & pause=$!
                wait "$pause" || exit
                printf '%s' \(shellQuoted("time limit of " + Quantities.text(milliseconds: milliseconds))) > limit
                trap '' TERM
                kill -s TERM 0
                sleep 5
                kill -s KILL 0
            ) 2> /dev/null &
            watch=$!
            """
    }
}
