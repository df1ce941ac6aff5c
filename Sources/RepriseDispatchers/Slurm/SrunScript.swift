import RepriseModel
import RepriseSystem

/// What begins `srun` for a job, and what begins many of them.
enum SrunScript {
    static let file = "srun.sh"
    /// The number of the process that executes `srun.sh`, and its machine.
    static let begun = "srun.begun"
    /// With what `srun` ended; not there as long as it lives, and where it was killed.
    static let status = "srun.status"
    /// Held as long as `srun` lives.
    static let lock = "srun.lock"

    /// `srun.sh`. `script` is what it executes; `arguments` are the words before that.
    static func text(_ key: String, _ arguments: [String], script: String) -> String {
        let words = (arguments + ["/bin/sh", script]).map(shellQuoted).joined(separator: " \\\n    ")
        return """
            #!/bin/sh
            # Executes \(key) by srun, whose own words are in slurm.log. Generated, never changed.
            case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
            echo "$$ $(uname -n)" > \(begun) || exit 125
            srun \(words)
            echo "$?" > \(status).new && mv -f \(status).new \(status)

            """
    }

    /// Begins `srun.sh` in each of the folders that follow the path of a lock, each in a session of its own, unless it was
    /// begun before. The lock is held until all have been.
    static let starting = """
        exec 8>> "$1" && flock 8 || exit 1
        shift
        for folder do
            (
                cd -- "$folder" && [ ! -e \(begun) ] && exec 9>> \(lock) || exit 1
                # Whoever looks whether it is held holds it for a moment; for longer, whoever has begun the job.
                flock -w 10 9 && [ ! -e \(begun) ] || exit 1
                exec setsid /bin/sh "$folder/\(file)" < /dev/null >> slurm.log 2>&1 8>&- &
            )
        done
        """
}

extension SlurmScript {
    /// What a node executes of a job that `srun` starts: what `sbatch` is given, without its options.
    static func step(_ batch: SlurmBatch, _ settings: SlurmSettings) -> String {
        var parts = ["#!/bin/sh", task(batch)]
        let id = #""$SLURM_JOB_ID.$SLURM_STEP_ID""#
        parts.append(SlurmScriptParts.claim(log: batch.hasContainers ? JobFolders.engineLog : nil, id: id))
        parts += preparation(batch, settings)
        parts.append(SlurmExecution(limit: batch.resources.time, isContainer: batch.hasContainers).text)
        return parts.joined(separator: "\n\n") + "\n"
    }
}
