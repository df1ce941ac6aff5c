import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem

/// The login node of a cluster, and a folder there that its nodes see.
package struct SlurmLogin: Sendable {
    package var runner: RemoteProcessRunner
    /// As a person wrote it: absolute, or below the home there (`~/…`).
    package var workspace: String

    package init(runner: RemoteProcessRunner, workspace: String) {
        self.runner = runner
        self.workspace = workspace
    }

    /// nil for a target that has none, and for one that says nonsense of it.
    init?(_ parts: DispatcherParts) {
        guard let destination = parts.target.text("ssh").flatMap(SSHDestination.init),
            let workspace = parts.target.text("workspace")
        else { return nil }
        let connection = SSHConnection(
            destination,
            processes: parts.processes,
            files: parts.files,
            variables: parts.variables
        )
        runner = RemoteProcessRunner(connection, landmark: "sbatch", local: parts.processes)
        self.workspace = workspace
    }

    /// What a target says of it that cannot be.
    static func conflict(_ target: TargetSettings) -> (any RepriseError)? {
        let (ssh, workspace) = (target.text("ssh"), target.text("workspace"))
        if let ssh, SSHDestination(ssh) == nil { return SSHError.badDestination(ssh) }
        if ssh == nil, let workspace {
            return Mistake(
                "the target `\(target.name)` has a `workspace` (`\(workspace)`), but no `ssh`",
                why: "without `ssh` the nodes use the store's own folders",
                fix: "add `ssh: me@login.example.org`, or take `workspace` away",
                code: "workspace-without-ssh"
            )
        }
        guard ssh != nil else { return nil }
        guard let workspace else {
            return Mistake(
                "the target `\(target.name)` has no `workspace`",
                why: "runs over ssh are executed in a folder of the cluster",
                fix: "add `workspace: /scratch/me/reprise`: a folder that its nodes see",
                code: "ssh-without-workspace"
            )
        }
        let isPlaced = workspace.hasPrefix("/") || workspace == "~" || workspace.hasPrefix("~/")
        guard isPlaced, !workspace.contains(where: \.isNewline) else {
            return Mistake(
                "`workspace: \(workspace)` of the target `\(target.name)` is no absolute path",
                fix: "write `/scratch/me/reprise`, or `~/reprise` for a folder in your home there",
                code: "workspace-relative"
            )
        }
        return nil
    }
}

/// A machine that was away when something was to be handed over: nobody's mistake, and tried again.
package struct MachineAway: EngineAway {
    var cause: SSHError

    package var what: String { cause.what }
    package var why: String? { cause.why }
    package var fix: String? { cause.fix }
    package var code: String { cause.code }
    package var fault: Fault { .world }
}

/// A workspace that could be worked in a moment ago: nobody's mistake, and tried again, a few times.
struct WorkspaceTrouble: RepriseError {
    var cause: RemoteWorkspaceError

    var what: String { cause.what }
    var why: String? { cause.why }
    var fix: String? { cause.fix }
    var code: String { cause.code }
    var fault: Fault { .world }
}

extension Slurm {
    /// The error as it is told in the middle of things, when the machine could be reached before.
    func passing(_ error: any Error) -> any Error {
        if let error = error as? SSHError, error.mayPassLater { return MachineAway(cause: error) }
        if let error = error as? RemoteWorkspaceError, case .unusable = error, place?.workspace.wasOpen == true {
            return WorkspaceTrouble(cause: error)
        }
        return error
    }
}
