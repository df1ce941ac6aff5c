#!/bin/sh
# Begins 910a2dec89025cc1beeb8da1658eec67 in a container of Apptainer, whose own words are in engine.log. Generated, never changed.
# By hand on a node: `sh launch.sh`; once it has been executed, `sh launch.sh --again`.
case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
[ -s launched ] || echo "$$" > launched || exit 125
mkdir -p scratch || exit 125
program=singularity
command -v "$program" > /dev/null || {
    echo "FATAL: there is no $program on ${SLURMD_NODENAME:-this machine}" >&2
    exit 125
}
again=${1-}
now=$(date +%s%3N)
case $now in
    *[!0-9]*) ;;
    *) read -r uptime idle < /proc/uptime && export SINGULARITYENV_REPRISE_CLOCK=$((now - ${uptime%.*}${uptime#*.}0)) ;;
esac
export SINGULARITY_TMPDIR="$PWD/scratch"
export SINGULARITYENV_REPRISE_JOB="${REPRISE_JOB-}"
export SINGULARITYENV_TOKEN="${TOKEN-}"
for name in CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES; do
    eval "[ -z \"\${$name+x}\" ] || export SINGULARITYENV_$name=\"\$$name\""
done
set --
if [ "$(id -u)" -eq 0 ]; then
    set -- --writable-tmpfs
elif [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
    set -- --unsquash
fi
if [ ! -e /dev/nvidiactl ] && [ -e /dev/kfd ]; then set -- "$@" --rocm; else set -- "$@" --nv; fi
exec "$program" exec --containall --no-home --home /tmp --no-eval --pwd '/shared/it'\''s, here/runs/1' --workdir '/shared/it'\''s, here/runs/1/scratch' --net --network none "$@" --mount 'type=bind,"source=/shared/it'\''s, here/runs/1","destination=/shared/it'\''s, here/runs/1"' --mount type=bind,source=/net/data,destination=/data,ro /shared/images/a.sif /bin/sh -c '[ -z "${1-}" ] || exec /bin/sh run.sh "$1"; exec /bin/sh run.sh >> stdout.log 2>> stderr.log' sh "$again"
