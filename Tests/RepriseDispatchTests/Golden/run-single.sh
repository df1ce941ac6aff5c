#!/bin/sh
# Executes 63cbe1e459320dd7044c3cd7f43c661c of `sample`. Generated, never changed.
# By hand: `sh run.sh`; once it has been executed, `sh run.sh --again`.

case $0 in */*) job=${0%/*} ;; *) job=. ;; esac
cd -P -- "$job" || exit 126
job=$PWD
run=$job
clock=${REPRISE_CLOCK-}
engine=${REPRISE_JOB-}
group=${REPRISE_MEMORY_GROUP-}
unset REPRISE_CLOCK REPRISE_MEMORY_GROUP

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

if [ "${1-}" = --again ]; then
    record=$job/again
else
    record=
    now
    started=$milliseconds
    set -C
    if ! { printf '%s %s\n' "$$" "$started" > started; } 2> /dev/null; then
        if [ ! -e started ]; then
            echo "run.sh: cannot write $job/started" >&2
        elif [ -z "$engine" ]; then
            echo "run.sh: executed already; \`sh run.sh --again\` does it once more and leaves the record alone" >&2
        fi
        exit 2
    fi
    set +C
fi

REPRISE_JOB=63cbe1e459320dd7044c3cd7f43c661c
REPRISE_RUN_ID=63cbe1e459320dd7044c3cd7f43c661c
REPRISE_RUN_DIR=$run
REPRISE_OUTPUTS=${record:-$run}/outputs
REPRISE_PARAMETERS=$run/parameters.json
REPRISE_METRICS=${record:-$job}/metrics.jsonl
REPRISE_SEED=1234
REPRISE_ATTEMPT=1
REPRISE_DATA_TRAIN_SET='/data/it'\''s here.csv'
export REPRISE_JOB \
    REPRISE_RUN_ID \
    REPRISE_RUN_DIR \
    REPRISE_OUTPUTS \
    REPRISE_PARAMETERS \
    REPRISE_METRICS \
    REPRISE_SEED \
    REPRISE_ATTEMPT \
    REPRISE_DATA_TRAIN_SET
[ -d "$REPRISE_OUTPUTS" ] || mkdir -p "$REPRISE_OUTPUTS" || exit 1

trap : HUP INT TERM USR1 USR2
exec 9>&2 2> /dev/null
(
    exec 2>&9 9>&-
    export CUBLAS_WORKSPACE_CONFIG=:4096:8
    export TF_DETERMINISTIC_OPS=1
    export TOKENIZERS_PARALLELISM=false
    export PYTHONHASHSEED=0
    cd -- "$run/work" || exit 126
    exec sh -c 'echo hello > "$REPRISE_OUTPUTS/greeting"'
)
status=$?
trap '' HUP INT TERM USR1 USR2
exec 2>&9 9>&-

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
        [ -z "$peak" ] || memory=",\"peakMemory\":$peak"
    fi
    if [ "$status" -ne 0 ] && [ "${killed:-0}" -gt "$group" ]; then memory="$memory,\"outOfMemory\":true"; fi
fi
write() {
    printf '{"%s":%s,"startedAt":%s,"endedAt":%s,"userMilliseconds":%s,"systemMilliseconds":%s%s}\n' \
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
