import RepriseModel
import RepriseSystem

/// What a job's container executes. Pure; needs `sh` and what every image with a `sh` has.
///
/// Its process is the first of the container, so that it sees every end: it passes on what the cluster says to it (TERM),
/// keeps the time limit, ends the job on request (USR1, with the grace in `kubernetes.stop`), and writes down an end that
/// `run.sh` could not.
enum KubernetesScript {
    static let secretsFolder = "/reprise/secrets"

    /// For a job whose folder lies in a volume.
    static func shared(folder: String, time: Int64?, hasSecrets: Bool) -> String {
        ["folder=" + shellQuoted(folder), enter, claim, body(time: time, hasSecrets: hasSecrets)]
            .joined(separator: "\n") + "\n"
    }

    static func body(time: Int64?, hasSecrets: Bool) -> String {
        [hasSecrets ? secrets : nil, finish, execute, time.map { limit($0) }, ending].compactMap { $0 }
            .joined(separator: "\n")
    }

    private static let enter = #"cd -- "$folder" || exit 126"#

    /// A second pod of the same job, which the cluster makes where the first was deleted, finds the claim and does nothing.
    private static let claim = """
        set -C
        if ! { echo "$REPRISE_POD" > kubernetes.claim; } 2> /dev/null; then
            [ ! -e kubernetes.claim ] || exit 0
            echo "cannot write $PWD/kubernetes.claim"
            exit 126
        fi
        set +C
        """

    private static let secrets = """
        for file in \(secretsFolder)/*; do
            value=$(cat "$file" && printf .) || exit 126
            export "${file##*/}=${value%.}"
        done
        """

    /// `finish SECONDS`: TERM for everything but the first process, then KILL for all but that one and `run.sh`, which may
    /// write down the end, then for `run.sh`.
    private static let finish = """
        finish() {
            kill -TERM -1
            kill -CONT -1
            sleep "$1" || sleep 1
            read -r self rest < /proc/self/stat
            for turn in 1 2; do
                for place in /proc/[0-9]*; do
                    place=${place#/proc/}
                    case $place in 1 | "$script" | "$self") ;; *) kill -KILL "$place" ;; esac
                done
                sleep 1
            done
            kill -KILL "$script"
        }
        stop() {
            [ -z "$stopping" ] || return 0
            stopping=yes
            finish "$1" 2> /dev/null &
        }
        """

    private static let execute = """
        stopping= script=
        trap 'stop 20' TERM
        trap 'read -r grace < kubernetes.stop; stop "${grace:-5}"' USR1
        exec >> stdout.log 2>> stderr.log
        /bin/sh run.sh &
        script=$!
        # Whoever asked before anybody could hear is heard now.
        [ ! -e kubernetes.stop ] || { read -r grace < kubernetes.stop; stop "${grace:-5}"; }
        """

    private static func limit(_ milliseconds: Int64) -> String {
        """
        (
            trap - TERM USR1
            sleep \(seconds(milliseconds)) || exit
            printf '%s' \(shellQuoted("time limit of " + Quantities.text(milliseconds: milliseconds))) > limit
            finish 5
        ) 2> /dev/null &
        """
    }

    /// `wait` returns early when a signal comes.
    private static let ending = """
        while :; do
            wait "$script"
            status=$?
            [ "$status" -gt 128 ] && kill -0 "$script" 2> /dev/null || break
        done
        if [ ! -e exit.json ]; then
            process= started=
            [ ! -r started ] || read -r process started < started
            how=status code=$status
            [ "$status" -le 128 ] || how=signal code=$((status - 128))
            printf '{"%s":%s%s,"endedAt":%s}\\n' "$how" "$code" "${started:+,\\"startedAt\\":$started}" "$(date +%s)000" > exit.json.tmp
            mv -f exit.json.tmp exit.json
        fi
        exit "$status"
        """

    static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
        return rest == 0 ? "\(whole)" : "\(whole).\(String(1000 + rest).dropFirst())"
    }

    /// A text as `command` of a container takes it, where `$(NAME)` and `$$` would be replaced.
    static func escaped(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            result.append(character)
            if character == "$", rest.first == "$" || rest.first == "(" { result.append("$") }
        }
        return result
    }
}

extension KubernetesScript {
    /// What asks a running job's container to end the job. Whoever asks has gone when it is told.
    static func cancelling(folder: String, seconds: String) -> String {
        """
        cd -- \(shellQuoted(folder)) && echo \(seconds) > kubernetes.stop || exit 1
        (sleep 0.3 || sleep 1; kill -USR1 1) > /dev/null 2>&1 < /dev/null &
        """
    }
}
