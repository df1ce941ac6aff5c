import RepriseModel
import RepriseSystem

/// The parts of the script that are the same for every job.
enum SlurmScriptParts {
    /// The job's folder is claimed by a file that says which of Slurm's jobs executes it: a second submission, made after a
    /// crash, and a job that Slurm starts anew find it and leave the job alone.
    ///
    /// `log` is where words go that are not the program's own; nil where they go to the program's.
    /// `id` are the shell words of that job's number.
    static func claim(log: String?, id: String = number) -> String {
        let streams = log.map { "exec >> \($0) 2>&1" } ?? "exec >> stdout.log 2>> stderr.log"
        return claim(id) + "\n" + streams
    }

    static let number = #""${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}""#

    private static func claim(_ id: String) -> String {
        """
        cd -- "$folder" || exit 126
        set -C
        if ! { echo \(id) \\
            "$SLURM_JOB_ID ${SLURMD_NODENAME-}" > slurm.claim; } 2> /dev/null; then
            [ ! -e slurm.claim ] || exit 0
            echo "cannot write $PWD/slurm.claim"
            exit 126
        fi
        set +C
        """
    }

    static func modules(_ names: [String]) -> String {
        let words = names.map(shellQuoted).joined(separator: " ")
        return """
            command -v module > /dev/null || {
                for script in "${MODULESHOME:-/usr/share/modules}/init/sh" "${LMOD_PKG:-/usr/share/lmod/lmod}/init/sh" /etc/profile
                do
                    [ ! -r "$script" ] || . "$script"
                    command -v module > /dev/null && break
                done
            }
            refuse() {
                echo "$1" >&2
                printf '%s' "$1" > limit
                exit 126
            }
            command -v module > /dev/null || refuse "there is no module command on ${SLURMD_NODENAME:-this machine}"
            for name in \(words); do
                module load "$name" || refuse "cannot load the module $name on ${SLURMD_NODENAME:-this machine}"
            done
            """
    }

    /// Each secret is the sum of two halves, of which one came by Slurm and the other lies in the job's folder: neither
    /// tells anything. The second goes away before the job begins. See `SlurmSecrets`.
    static let secrets = """
        uncover() {
            text=
            while [ -n "$1" ]; do
                first=${1#??} second=${2#??}
                byte=$((0x${1%"$first"} ^ 0x${2%"$second"}))
                text="$text\\\\0$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
                set -- "$first" "$second"
            done
            value=$(printf '%b' "$text")
            value=${value%.}
        }
        set -f
        set -- $REPRISE_HALVES
        unset REPRISE_HALVES
        set +f
        while read -r name half; do
            uncover "$half" "$1"
            export "$name=$value"
            shift
        done < slurm.half || exit 126
        rm -f slurm.half
        """
}
