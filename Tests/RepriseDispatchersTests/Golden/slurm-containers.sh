#!/bin/sh
#SBATCH --job-name=reprise-01234567-00ff
#SBATCH --array=0-1
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=2
#SBATCH --nodelist=big1
#SBATCH --exclude=n7,n[1-3]
#SBATCH --signal=B:USR1@60
#SBATCH --no-requeue
#SBATCH --chdir=/
#SBATCH --open-mode=append
#SBATCH --output=/shared/slurm/reprise-01234567-00ff/%a.log

case $SLURM_ARRAY_TASK_ID in
0) REPRISE_JOB=a1 ;;
1) REPRISE_JOB=b2 ;;
esac
folder='/shared/it'\''s/runs'/$REPRISE_JOB

cd -- "$folder" || exit 126
set -C
if ! { echo "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}" \
    "$SLURM_JOB_ID ${SLURMD_NODENAME-}" > slurm.claim; } 2> /dev/null; then
    [ ! -e slurm.claim ] || exit 0
    echo "cannot write $PWD/slurm.claim"
    exit 126
fi
set +C
exec >> engine.log 2>&1

export REPRISE_JOB

trap : HUP INT TERM
trap 'trap "" USR1; kill -s USR1 0' USR1
(
    trap '' USR1
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
/bin/sh launch.sh & child=$!
while wait "$child"; status=$?; kill -0 "$child" 2> /dev/null; do :; done
kill "$watch" 2> /dev/null
rm -rf scratch
exit "$status"
