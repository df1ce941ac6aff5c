#!/bin/sh
# Executes 2 jobs of Reprise in AWS Batch. Generated, never changed.
mark=reprise-01234567-00ff
bucket=https://lab.s3.eu-west-1.amazonaws.com/
place=reprise/store/out/reprise-01234567-00ff
control='https://lab/control?a=b'
fields='policy cG9saWN5
x-amz-signature 00ff'
folder=${TMPDIR:-/tmp}/reprise
body=$folder/body

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
            printf -- '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' "$mark" "$field" "$value"
        done << END
key $name
$fields
END
        printf -- '--%s\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n' "$mark"
        printf 'Content-Type: application/octet-stream\r\n\r\n'
        if [ "$tool" = busybox ]; then base64; else cat; fi
        printf '\r\n--%s--\r\n' "$mark"
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

# The id of an array's job ends with its number.
case ${AWS_BATCH_JOB_ID##*:} in
0)
REPRISE_JOB=RUN.train.0 number=0
run=$folder/run/RUN below=steps/train.0
parcel='https://lab/0.tar?a=b&c='\''d'\'''
claims='https://lab/?prefix=0'
;;
1)
REPRISE_JOB=RUN.train.1 number=1
run=$folder/run/RUN below=steps/train.1
parcel='https://lab/1.tar?a=b&c='\''d'\'''
claims='https://lab/?prefix=1'
;;
*)
echo "reprise: there is no job ${AWS_BATCH_JOB_ID-}" >&2
exit 126
;;
esac

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

fetch "$parcel" "$folder/parcel" || trouble 'cannot fetch the job'
parcel=$folder/parcel
archive=$folder/code
fetch https://lab/code "$archive" || trouble 'cannot fetch the code'
code=$archive
(
(
    unset TAR_OPTIONS
    marks=$job/.parcel
    [ ! -e "$marks/ready" ] || exit 0
    mkdir -p "$marks" "$run" || exit 125
    if [ -n "${code-}" ] && [ ! -e "$run/work" ]; then
        rm -rf "$marks/work" && mkdir "$marks/work" &&
            tar -xzopf - -C "$marks/work" < "$code" && mv "$marks/work" "$run/work" || exit 125
    fi
    mkdir -p "$run/work" "$run/outputs" || exit 125
    if [ -n "${parcel-}" ]; then
        tar -xopf - -C "$run" .parcel/gone < "$parcel" || exit 125
        while IFS= read -r name; do rm -rf "$run/$name" || exit 125; done < "$run/.parcel/gone"
        tar -xopf - -C "$run" < "$parcel" || exit 125
    fi
    printf '%s\n' "$run" > "$marks/place" &&
        TZ=UTC0 touch -t 200001010000.01 "$marks/mark" &&
        (cd "$run" && find outputs work) > "$marks/before" &&
        : > "$marks/ready.new" && mv "$marks/ready.new" "$marks/ready" || exit 125
) || exit 125
) || trouble 'cannot lay out the run'
rm -f "$parcel" "$archive"
mkdir -p "$run/data/"'it'\''s' && fetch https://lab/data-1 "$folder/data" && tar -xzf "$folder/data" -C "$run/data/"'it'\''s' || trouble 'cannot unpack the data item `it'\''s`'
rm -f "$folder/data"
mkdir -p "$run/data" && fetch https://lab/data-2 "$run/data/"b || trouble 'cannot fetch the data item `b`'

cd -- "$job" || exit 126
fetch https://lab/halves slurm.half || trouble 'cannot fetch the halves of the credentials'
uncover() {
    text=
    while [ -n "$1" ]; do
        first=${1#??} second=${2#??}
        byte=$((0x${1%"$first"} ^ 0x${2%"$second"}))
        text="$text\\0$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
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

(
    trap '' TERM
    nap 5400.001
    printf '%s' 'time limit of 1h 30m' > limit
    tell TERM
    sleep 5
    tell KILL
) &
watches="$watches $!"

isKept() {
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        { read -r most < "$file"; } 2> /dev/null || continue
        case $most in *[!0-9]*) ;; *) [ "$most" -gt 3628072960 ] || return 0 ;; esac
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
        [ $((total * page)) -gt 3221225472 ] || continue
        printf '%s' 'out of memory (memory limit of 3 GiB)' > limit
        tell KILL
        break
    done
} &
watches="$watches $!"

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

leavings() {
if [ -z "${tools_are_known-}" ]; then
    plain= small=
    case $(unset TAR_OPTIONS; tar --version 2> /dev/null) in *GNU*) plain=--no-unquote small='--no-unquote -b1' ;; esac
    # Whatever was written or renamed, whatever time a program gave it. Not every find knows this.
    whole=
    if find . -prune -cnewer . > /dev/null 2> /dev/null; then whole=yes; fi
    tools_are_known=yes
fi
(
    unset TAR_OPTIONS
    below=${job#"$run"}
    below=${below#/}
    marks=${below:+$below/}.parcel
    cd -- "$run" && mkdir -p "$marks" || exit 125
    exec 2> "$marks/words"
    [ -d outputs ] || mkdir outputs
    set -- -newer "$marks/mark"
    [ -z "$whole" ] || set -- "$@" -o -cnewer "$marks/ready"
    # Pipes and sockets mean nothing elsewhere, and whoever made them is told.
    : > "$marks/odd"
    find outputs work -type d -empty -exec tar -cf - $small {} + -o \
        \( -type f -o -type l \) \( "$@" \) -exec tar -cf - $plain {} + -o \
        ! -type d ! -type f ! -type l -exec sh -c 'odd=$0; printf "%s\n" "$@" >> "$odd"' "$marks/odd" {} +
    : > "$marks/gone"
    if [ -e "$marks/before" ]; then
        find outputs work > "$marks/after"
        # Lines of the first alone.
        LC_ALL=C sort "$marks/before" "$marks/after" "$marks/after" | uniq -u > "$marks/gone"
    fi
    if [ -z "$whole" ] && [ -e "$marks/before" ]; then
        find outputs work \( -type f -o -type l \) ! -newer "$marks/mark" > "$marks/after"
        LC_ALL=C sort "$marks/before" "$marks/before" "$marks/after" | uniq -u > "$marks/moved"
        set --
        while IFS= read -r name; do
            set -- "$@" "$name"
            [ "$#" -lt 100 ] || { tar -cf - $plain "$@"; set --; }
        done < "$marks/moved"
        [ "$#" -eq 0 ] || tar -cf - $plain "$@"
    fi
    set --
    [ ! -e "$marks/place" ] || set -- "$marks/place"
    for name in odd gone; do [ ! -s "$marks/$name" ] || set -- "$@" "$marks/$name"; done
    for name in stdout.log stderr.log metrics.jsonl started limit exit.json; do
        [ ! -e "${below:+$below/}$name" ] || set -- "$@" "${below:+$below/}$name"
    done
    [ "$#" -eq 0 ] || tar -cf - $small "$@"
    echo > "$marks/end"
    tar -cf - $small "$marks/words" "$marks/end"
)
}

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
    printf '{"%s":%s,"startedAt":%s,"endedAt":%s%s}\n' "$how" "$code" "$started" "$milliseconds" "$memory" > exit.json
fi
stopping=yes
for pause in 1 2 4 8 16 32 64 128 0; do
    renew
    leavings | gzip -1 | send leavings.tar.gz && exit "$status"
    sleep "$pause"
done
echo 'reprise: cannot hand back what the job left' >&2
exit 75
