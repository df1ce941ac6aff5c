#!/bin/sh
#SBATCH --job-name=reprise-01234567-00ff
#SBATCH --array=0-2%2
#SBATCH --partition=gpu
#SBATCH --account=lab
#SBATCH --qos=normal
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=3073M
#SBATCH --time=91
#SBATCH --gres=gpu:2
#SBATCH --no-requeue
#SBATCH --chdir=/
#SBATCH --open-mode=append
#SBATCH --output=/shared/slurm/reprise-01234567-00ff/%a.log
#SBATCH --exclude=n7,n8
#SBATCH "--comment=a b \"c\""

case $SLURM_ARRAY_TASK_ID in
0) REPRISE_JOB=run.train.0 folder=/shared/runs/run/steps/train.0 ;;
1) REPRISE_JOB=run.train.1 folder=/shared/runs/run/steps/train.1 ;;
2) REPRISE_JOB=run.train.2 folder=/shared/runs/run/steps/train.2 ;;
esac

cd -- "$folder" || exit 126
set -C
if ! { echo "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}" \
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
for name in python/3.11 cuda; do
    module load "$name" || refuse "cannot load the module $name on ${SLURMD_NODENAME:-this machine}"
done

ulimit -c 0
. /shared/venv/bin/activate

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
    sleep 5400.001 & pause=$!
    wait "$pause" || exit
    printf '%s' 'time limit of 1h 30m' > limit
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
