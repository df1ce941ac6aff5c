/// The parts of `run.sh` that are the same in every run.
enum RunScriptParts {
    /// `now` sets `milliseconds` to the time of day: from the clock that the engine lends, else from `date`, which does
    /// not know milliseconds everywhere.
    static let time = """
        now() {
            if [ -n "$clock" ] && [ -r /proc/uptime ] && read -r uptime idle < /proc/uptime; then
                milliseconds=$((clock + ${uptime%.*}${uptime#*.}0))
            else
                milliseconds=$(date +%s%3N)
                case $milliseconds in *[!0-9]*) milliseconds=$(date +%s)000 ;; esac
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

    /// The last `mv` takes the script's own place where the script's exit status is that of `mv`.
    static let ending = """
        [ -z "$record" ] || exit "$status"
        now
        [ "$milliseconds" -ge "$started" ] || milliseconds=$started
        user=0m0.0s system=0m0.0s
        times > exit.json.tmp && { read -r own idle && read -r user system; } < exit.json.tmp
        duration "$user"
        user=$amount
        duration "$system"
        how=status code=$status
        if [ "$status" -gt 128 ] && [ "$status" -le 192 ]; then
            how=signal code=$((status - 128))
        fi
        printf '{"%s":%s,"startedAt":%s,"endedAt":%s,"userMilliseconds":%s,"systemMilliseconds":%s}\\n' \\
            "$how" "$code" "$started" "$milliseconds" "$user" "$amount" > exit.json.tmp || exit "$status"
        [ "$status" -ne 0 ] || exec mv -f exit.json.tmp exit.json
        mv -f exit.json.tmp exit.json
        exit "$status"
        """
}
