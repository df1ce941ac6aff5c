#!/bin/sh
# Begins 0123456789abcdef0123456789abcdef in a container of Apptainer, whose own words are in engine.log. Generated, never changed.
# By hand: `sh launch.sh`; once it has been executed, `sh launch.sh --again`.
case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
[ -s launched ] || echo "$$" > launched || exit 125
export APPTAINER_TMPDIR="$PWD/scratch"
export APPTAINERENV_REPRISE_JOB="${REPRISE_JOB-}"
export APPTAINERENV_REPRISE_CLOCK="${REPRISE_CLOCK-}"
export APPTAINERENV_REPRISE_MEMORY_GROUP="${REPRISE_MEMORY_GROUP-}"
export APPTAINERENV_B_KEY="${B_KEY-}"
export APPTAINERENV_TOKEN="${TOKEN-}"
exec /usr/bin/apptainer exec --containall --no-home --home /tmp --no-eval --pwd /store/runs/1 --workdir /store/runs/1/scratch --net --network none --writable-tmpfs --memory 67108864 --mount type=bind,source=/sys/fs/cgroup,destination=/sys/fs/cgroup,ro --cpus 2 --mount type=bind,source=/disk/store/runs/1,destination=/store/runs/1 --mount 'type=bind,"source=/data/it'\''s, ""odd""","destination=/data/it'\''s, ""odd""",ro' --fakeroot /store/images/apptainer/ab.sif /bin/sh -c '[ -z "${1-}" ] || exec /bin/sh run.sh "$1"; exec /bin/sh run.sh >> stdout.log 2>> stderr.log' sh "$@"
