import RepriseDispatch
import RepriseModel
import RepriseSite

/// A cluster whose runs `srun` executes, as it can be told of before.
extension SlurmCluster {
    /// The one that jobs become steps of; nil where each gets its own.
    var allocation: SrunAllocation? { settings.usesSrun ? SrunAllocation(parts.variables) : nil }

    var capacity: Capacity {
        guard settings.usesSrun else { return .unbounded }
        return allocation?.capacity(slots: settings.slots) ?? Capacity(slots: settings.slots ?? Srun.fewest)
    }

    /// How many runs at once, in words.
    var share: String {
        guard settings.usesSrun else {
            return settings.slots.map { "\($0) slots" } ?? "as many runs as the cluster lets"
        }
        if let allocation {
            return "by `srun` within the \(allocation.words)" + (settings.slots.map { ", \($0) slots" } ?? "")
        }
        return "by `srun`, each run in an allocation of its own, \(settings.slots ?? Srun.fewest) slots"
    }

    var srunConflict: (any RepriseError)? {
        let name = parts.target.name
        if parts.target.text("ssh") != nil {
            return Mistake(
                "the target `\(name)` has both `srun` and `ssh`",
                why: "`srun` ends with the connection that it was started by",
                fix: "take `srun` away: runs over ssh are handed to `sbatch`; or run `reprise` on the login node",
                code: "srun-with-ssh"
            )
        }
        if settings.signal != nil {
            return Mistake(
                "the target `\(name)` has both `srun` and `signal`",
                why: "`srun` sends a signal to every process of a run, and not to the program first",
                fix: "take one of them away",
                code: "srun-with-signal"
            )
        }
        return nil
    }

    /// The script of `srun` for the first job and, below it, what that executes.
    func srunPreview(_ preview: ClusterPreview) -> String {
        var first = preview
        first.names = Array(preview.names.prefix(1))
        let batch = self.batch(first)
        let words = allocation.map { SrunArguments.step(batch, of: $0.number) } ?? SrunArguments.alone(batch, settings)
        return SrunScript.text(first.names.first ?? "", words, script: batch.script) + "\n# \(batch.script)\n"
            + SlurmScript.step(batch, settings)
    }
}

extension Slurm {
    /// What hands jobs to a target of this kind.
    static func dispatcher(_ parts: DispatcherParts) -> any Dispatcher {
        if SlurmSettings(parts.target).usesSrun { return Srun(SlurmSettings(parts.target), parts) }
        return Slurm(parts)
    }
}
