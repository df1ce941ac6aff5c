/// What goes on beside the job's program, and after it.
extension BatchScriptParts {
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
