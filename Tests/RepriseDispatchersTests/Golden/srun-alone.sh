#!/bin/sh
# Executes run.train by srun, whose own words are in slurm.log. Generated, never changed.
case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
echo "$$ $(uname -n)" > srun.begun || exit 125
srun --job-name=reprise-run.train \
    --nodes=1 \
    --ntasks=1 \
    --cpus-per-task=2 \
    --chdir=/ \
    --input=none \
    --partition=gpu \
    --account=lab \
    --mem=1025M \
    --time=2 \
    --gres=gpu:1 \
    --exclude=n1 \
    '--comment=a b' \
    /bin/sh \
    '/shared/it'\''s/runs/run/steps/train/slurm.sh'
echo "$?" > srun.status.new && mv -f srun.status.new srun.status
#!/bin/sh

REPRISE_JOB=run.train folder='/shared/it'\''s/runs/run/steps/train'

cd -- "$folder" || exit 126
set -C
if ! { echo "$SLURM_JOB_ID.$SLURM_STEP_ID" \
    "$SLURM_JOB_ID ${SLURMD_NODENAME-}" > slurm.claim; } 2> /dev/null; then
    [ ! -e slurm.claim ] || exit 0
    echo "cannot write $PWD/slurm.claim"
    exit 126
fi
set +C
exec >> stdout.log 2>> stderr.log

command -v module > /dev/null || {
    for script in "${MODULESHOME:-/usr/share/modules}/init/sh" "${LMOD_PKG:-/usr/share/lmod/lmod}/init/sh" /etc/profile
    do
        [ ! -r "$script" ] || . "$script"
        command -v module > /dev/null && break
    done
}
refuse() {
    echo "$1" >&2
    printf '%s' "$1" > limit
    exit 126
}
command -v module > /dev/null || refuse "there is no module command on ${SLURMD_NODENAME:-this machine}"
for name in cuda; do
    module load "$name" || refuse "cannot load the module $name on ${SLURMD_NODENAME:-this machine}"
done

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

export REPRISE_JOB

trap : HUP INT TERM
(
    trap 'kill "$pause"; exit' TERM
    sleep 90 & pause=$!
    wait "$pause" || exit
    printf '%s' 'time limit of 1m 30s' > limit
    trap '' TERM
    kill -s TERM 0
    sleep 5
    kill -s KILL 0
) 2> /dev/null &
watch=$!
/bin/sh run.sh
status=$?
kill "$watch" 2> /dev/null
exit "$status"
