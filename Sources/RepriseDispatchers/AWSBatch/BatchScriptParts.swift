import RepriseModel
import RepriseSystem

/// The parts of what a container executes that are the same for every job.
enum BatchScriptParts {
    /// Stands in the job definition: fetches the rest.
    static let bootstrap = """
        folder=${TMPDIR:-/tmp}/reprise
        mkdir -p "$folder" || exit 126
        if command -v curl > /dev/null; then
            curl -sSf --retry 5 -o "$folder/start.sh" "$REPRISE_START"
        elif command -v wget > /dev/null; then
            wget -q -O "$folder/start.sh" "$REPRISE_START"
        elif command -v python3 > /dev/null; then
            python3 -c 'import os, shutil, sys, urllib.request as r
        shutil.copyfileobj(r.urlopen(os.environ["REPRISE_START"]), sys.stdout.buffer)' > "$folder/start.sh"
        else
            echo 'reprise: the image has none of curl, wget, python3' >&2
            exit 126
        fi || {
            echo 'reprise: cannot fetch what to execute; its address may have expired, or the network forbids it' >&2
            exit 126
        }
        exec /bin/sh "$folder/start.sh"
        """

    /// `fetch ADDRESS FILE`, and `send NAME`, which sends its standard input. busybox's wget sends text alone.
    static let transfer = """
        if command -v curl > /dev/null; then
            tool=curl
        else
            case $(wget --version 2>&1) in
                *GNU*) tool=wget ;;
                *) if command -v python3 > /dev/null; then tool=python3; else tool=busybox; fi ;;
            esac
        fi

        fetch() {
            case $tool in
                curl) curl -sSf --retry 3 -o "$2" "$1" ;;
                wget | busybox) wget -q -O "$2" "$1" ;;
                python3)
                    python3 -c 'import shutil, sys, urllib.request as r
        shutil.copyfileobj(r.urlopen(sys.argv[1], timeout=300), open(sys.argv[2], "wb"))' "$1" "$2"
                    ;;
            esac
        }

        send() {
            name=$place/$number/$1
            [ "$tool" != busybox ] || name=$name.base64
            {
                while read -r field value; do
                    printf -- '--%s\\r\\nContent-Disposition: form-data; name="%s"\\r\\n\\r\\n%s\\r\\n' "$mark" "$field" "$value"
                done << END
        key $name
        $fields
        END
                printf -- '--%s\\r\\nContent-Disposition: form-data; name="file"; filename="x"\\r\\n' "$mark"
                printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'
                if [ "$tool" = busybox ]; then base64; else cat; fi
                printf '\\r\\n--%s--\\r\\n' "$mark"
            } > "$body" || return 1
            type="multipart/form-data; boundary=$mark"
            case $tool in
                curl) curl -sSf -o /dev/null -X POST -H "Content-Type: $type" -H Expect: -T "$body" "$bucket" ;;
                wget | busybox) wget -q -O /dev/null --header "Content-Type: $type" --post-file "$body" "$bucket" ;;
                python3)
                    python3 -c 'import os, sys, urllib.request as r
        f, u, t = sys.argv[1:]
        h = {"Content-Type": t, "Content-Length": str(os.path.getsize(f))}
        r.urlopen(r.Request(u, open(f, "rb"), h), timeout=300)' "$body" "$bucket" "$type"
                    ;;
            esac
        }

        # Why the job could not begin, for those who see this log and for the supervisor.
        trouble() {
            echo "reprise: $1" >&2
            printf '%s' "$1" | send trouble
            exit 126
        }

        now() {
            milliseconds=$(date +%s%3N)
            case $milliseconds in *[!0-9]*) milliseconds=$(date +%s)000 ;; esac
        }
        """

    /// A second submission, made after a crash, finds the claim of the first and leaves the job alone.
    static let claim = """
        unset REPRISE_START
        job=$run${below:+/$below}
        mkdir -p "$job" || trouble 'cannot make the folder of the run'
        now
        echo "$milliseconds" | send "claim_${AWS_BATCH_JOB_ID%%:*}_$milliseconds" || exit 126
        fetch "$claims" "$folder/claims" || trouble 'cannot see who claimed the job'
        case $(cat "$folder/claims") in
            *'<Key>'*'<Key>'*)
                echo 'reprise: the job is executed elsewhere already'
                exit 0
                ;;
        esac
        """

    static let unpack = """
        code=$archive
        (
        \(StagingScript.unpack)
        ) || trouble 'cannot lay out the run'
        rm -f "$parcel" "$archive"
        """

    /// Everything that goes back, to standard output.
    static let leavings = """
        leavings() {
        \(StagingScript.leavings)
        }
        """

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

    /// Sends what the job's files have grown by, and heeds what the supervisor asks.
    static let follow = """
        # What the job has printed since the last time, for the log of the container.
        show() {
            for file in stdout.log stderr.log; do
                shown=0
                { read -r shown < "$folder/shown.$file"; } 2> /dev/null
                size=$(($(wc -c < "$file")))
                [ "$size" -gt "$shown" ] || continue
                tail -c "+$((shown + 1))" "$file" | head -c "$((size - shown))"
                echo "$size" > "$folder/shown.$file"
            done 2> /dev/null
        }

        # The next address and fields, where those at hand are about to expire.
        renew() {
            fetch "$control" "$folder/control" 2> /dev/null || return 0
            renewed=
            while read -r word first second; do
                case $word in
                    field) renewed="$renewed$first $second
        " ;;
                    control) control=$first ;;
                    stop) if [ "$first" = "$number" ]; then stop "$second"; fi ;;
                esac
            done < "$folder/control"
            [ -z "$renewed" ] || fields=$renewed
        }

        stopping=
        stop() {
            [ -z "$stopping" ] || return 0
            stopping=yes
            tell TERM
            (
                trap '' TERM
                nap "$1"
                tell KILL
            ) &
        }

        grown() {
            sent=$2
            [ -e "$1" ] && [ "$sent" -lt 64000000 ] || return 0
            size=$(($(wc -c < "$1")))
            [ "$size" -gt "$sent" ] || return 0
            [ $((size - sent)) -le 1000000 ] || size=$((sent + 1000000))
            tail -c "+$((sent + 1))" "$1" | head -c "$((size - sent))" | send "$1.$sent" && sent=$size
        }

        (
            trap '' TERM
            body=$folder/piece
            out=0 err=0 metrics=0 pause=1
            while sleep "$pause"; do
                [ "$pause" -ge 15 ] || pause=$((pause + 1))
                grown stdout.log "$out"
                out=$sent
                grown stderr.log "$err"
                err=$sent
                grown metrics.jsonl "$metrics"
                metrics=$sent
                show
                renew
            done
        ) &
        watches="$watches $!"
        """

    static let ending = """
        wait "$pid"
        status=$?
        # A signal ends the wait, too.
        while kill -0 "$pid" 2> /dev/null; do
            wait "$pid"
            status=$?
        done
        trap '' TERM
        kill -s KILL $watches 2> /dev/null
        show
        if [ ! -e exit.json ]; then
            now
            started=$milliseconds memory=
            { read -r idle started < started; } 2> /dev/null
            case $(cat limit 2> /dev/null) in 'out of memory'*) memory=',"outOfMemory":true' ;; esac
            how=status code=$status
            if [ "$status" -gt 128 ]; then how=signal code=$((status - 128)); fi
            printf '{"%s":%s,"startedAt":%s,"endedAt":%s%s}\\n' "$how" "$code" "$started" "$milliseconds" "$memory" > exit.json
        fi
        stopping=yes
        for pause in 1 2 4 8 16 32 64 128 0; do
            renew
            leavings | gzip -1 | send leavings.tar.gz && exit "$status"
            sleep "$pause"
        done
        echo 'reprise: cannot hand back what the job left' >&2
        exit 75
        """
}
