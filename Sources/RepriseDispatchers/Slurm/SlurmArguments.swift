/// The words behind Slurm's commands.
enum SlurmArguments {
    static func submit(_ script: String) -> [String] { ["--parsable", script] }

    /// All jobs of this user that the controller still knows, ended ones too; a task a line.
    static let queue = [
        "--me", "--noheader", "--array", "--states=all",
        "--Format="
            + ["JobID", "ArrayJobID", "ArrayTaskID", "State", "Reason", "exit_code", "RestartCnt", "NodeList"]
            .map { $0 + ":|" }.joined(separator: ",") + ",Name:256",
    ]

    /// What nodes have in which partition: a line for all that are alike.
    static let nodes = ["--noheader", "--exact", "--format=%P|%l|%c|%m|%G"]

    private static let accountingFields = "--format=JobID,JobIDRaw,State,ExitCode,NodeList,JobName"

    static func accounting(_ ids: [String]) -> [String] {
        ["--noheader", "--parsable2", "--allocations", accountingFields, "--jobs=" + ids.joined(separator: ",")]
    }

    /// The same from the text file that a cluster without a database may keep.
    static func completions(_ numbers: [String]) -> [String] {
        ["--completion", "--noheader", "--parsable2", accountingFields, "--jobs=" + numbers.joined(separator: ",")]
    }

    /// Asked to end while pending, a job is gone at once. With `--state`, since a signal for a job that is not in that
    /// state is tried again for more than a minute.
    static func cancelPending(_ ids: [String]) -> [String] { ["--quiet", "--state=PENDING"] + ids }

    /// To the script and everything that it started.
    static func terminate(_ ids: [String]) -> [String] {
        ["--quiet", "--state=RUNNING", "--signal=TERM", "--full"] + ids
    }

    static func kill(_ ids: [String]) -> [String] { ["--quiet", "--state=RUNNING", "--signal=KILL", "--full"] + ids }

    static func cancel(_ ids: [String]) -> [String] { ["--quiet"] + ids }
}
