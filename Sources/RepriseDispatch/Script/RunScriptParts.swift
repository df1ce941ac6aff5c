/// The parts of `run.sh` that are the same in every run.
enum RunScriptParts {
    /// `now` sets `milliseconds` to the time of day: from the clock that the engine lends, else from `date`, which does
    /// not know milliseconds everywhere. `date` is asked once: the kernel's own count leads on from there.
    static let time = """
        now() {
            since=
            if [ -r /proc/uptime ] && read -r uptime idle < /proc/uptime; then
                part=${uptime#*.}
                since=$((${uptime%.*} * 1000 + 1${part}0 - 1000))
            fi
            if [ -n "$clock" ] && [ -n "$since" ]; then
                milliseconds=$((clock + since))
            else
                milliseconds=$(date +%s%3N)
                case $milliseconds in *[!0-9]*) milliseconds=$(date +%s)000 ;; esac
                [ -z "$since" ] || clock=$((milliseconds - since))
            fi
        }

        # 1m2.345678s as milliseconds, in `amount`
        duration() {
            seconds=${1#*m}
            part=${seconds#*.}
            part=${part%s}000
            amount=$(((${1%%m*} * 60 + ${seconds%%.*}) * 1000 + 1${part%"${part#???}"} - 1000))
        }
        """

    /// `account` asks the kernel about the control group that the script is in: how many processes it ended there for want
    /// of memory, and the most bytes that all had together.
    static let memory = """
        account() {
            killed= peak= root= place=
            [ -r /proc/self/cgroup ] || return 0
            while IFS=: read -r number controllers path; do
                case ,$controllers, in
                    *,memory,*)
                        root=/sys/fs/cgroup/memory place=${path%/}
                        break
                        ;;
                    ,,) root=/sys/fs/cgroup place=${path%/} ;;
                esac
            done < /proc/self/cgroup
            # A container may see nothing above its own.
            [ -e "$root$place/memory.events" ] || [ -e "$root$place/memory.oom_control" ] || place=
            for file in "$root$place/memory.events" "$root$place/memory.oom_control"; do
                [ -r "$file" ] || continue
                while read -r word amount; do [ "$word" != oom_kill ] || killed=$amount; done < "$file"
            done
            for file in "$root$place/memory.peak" "$root$place/memory.max_usage_in_bytes"; do
                [ ! -r "$file" ] || read -r peak < "$file"
            done
        }
        """

    /// The engine says whether the control group is the job's own, or else how many had been ended in it before.
    ///
    /// The record is all that tells how the job ended: where it cannot be written, since a disk is full, that is tried for an
    /// hour. The last `mv` takes the script's own place where the script's exit status is that of `mv`.
    static let ending = """
        [ -z "$record" ] || exit "$status"
        now
        [ "$milliseconds" -ge "$started" ] || milliseconds=$started
        user=0m0.0s system=0m0.0s
        { times; } 2> /dev/null > exit.json.tmp && { read -r own idle && read -r user system; } < exit.json.tmp
        duration "$user"
        user=$amount
        duration "$system"
        how=status code=$status
        if [ "$status" -gt 128 ] && [ "$status" -le 192 ]; then
            how=signal code=$((status - 128))
        fi
        system=$amount memory=
        if [ "$group" = own ] || { [ -n "$group" ] && [ "$status" -ne 0 ]; }; then
            account
            if [ "$group" = own ]; then
                group=0
                [ -z "$peak" ] || memory=",\\"peakMemory\\":$peak"
            fi
            if [ "$status" -ne 0 ] && [ "${killed:-0}" -gt "$group" ]; then memory="$memory,\\"outOfMemory\\":true"; fi
        fi
        write() {
            printf '{"%s":%s,"startedAt":%s,"endedAt":%s,"userMilliseconds":%s,"systemMilliseconds":%s%s}\\n' \\
                "$how" "$code" "$started" "$milliseconds" "$user" "$system" "$memory" > exit.json.tmp
        }
        tries=0
        until write 2> /dev/null; do
            tries=$((tries + 1))
            [ "$tries" -lt 370 ] && [ -d "$job" ] || exit "$status"
            if [ "$tries" -lt 10 ]; then sleep 1; else sleep 10; fi
        done
        [ "$status" -ne 0 ] || exec mv -f exit.json.tmp exit.json
        mv -f exit.json.tmp exit.json
        exit "$status"
        """
}
