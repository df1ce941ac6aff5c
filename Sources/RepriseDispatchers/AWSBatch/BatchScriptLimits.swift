import RepriseModel
import RepriseSystem

/// The job's program: how it begins, and what keeps it within its limits.
extension BatchScriptParts {
    /// Its own session, where that can be had, so that signals reach what the job started and nobody else.
    static let begin = """
        cd -- "$job" || exit 126
        export REPRISE_JOB
        REPRISE_MEMORY_GROUP=own
        export REPRISE_MEMORY_GROUP
        if command -v setsid > /dev/null; then session=setsid; else session=; fi
        $session /bin/sh run.sh >> stdout.log 2>> stderr.log < /dev/null &
        pid=$!
        unset REPRISE_MEMORY_GROUP

        tell() {
            if [ -n "$session" ]; then kill -s "$1" -- "-$pid"; else kill -s "$1" 0; fi 2> /dev/null
        }

        nap() { sleep "$1" 2> /dev/null || sleep 1; }

        trap 'tell TERM' TERM
        watches=
        """

    /// TERM, and KILL after a while.
    static func limited(time milliseconds: Int64) -> String {
        """
        (
            trap '' TERM
            nap \(seconds(milliseconds))
            printf '%s' \(shellQuoted("time limit of " + Quantities.text(milliseconds: milliseconds))) > limit
            tell TERM
            sleep 5
            tell KILL
        ) &
        watches="$watches $!"
        """
    }

    /// Where the kernel keeps the limit, nobody else needs to.
    static func limited(memory bytes: Int64) -> String {
        """
        isKept() {
            for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
                { read -r most < "$file"; } 2> /dev/null || continue
                case $most in *[!0-9]*) ;; *) [ "$most" -gt \(bytes + bytes / 8 + 4_194_304) ] || return 0 ;; esac
            done
            return 1
        }
        isKept || {
            page=$(getconf PAGESIZE 2> /dev/null || echo 4096)
            while nap 0.5; do
                total=0
                for file in /proc/[0-9]*/statm; do
                    { read -r all resident shared rest < "$file"; } 2> /dev/null || continue
                    total=$((total + resident - shared))
                done
                [ $((total * page)) -gt \(bytes) ] || continue
                printf '%s' \(shellQuoted("out of memory (memory limit of \(Quantities.text(bytes: bytes)))")) > limit
                tell KILL
                break
            done
        } &
        watches="$watches $!"
        """
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = max(milliseconds, 100).quotientAndRemainder(dividingBy: 1000)
        return "\(whole)" + (rest == 0 ? "" : ".\(String(1000 + rest).dropFirst())")
    }
}
