#!/bin/sh
#SBATCH --job-name=reprise-01234567-00ff
#SBATCH --array=0-2,5%3
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --dependency=aftercorr:17:18
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --no-requeue
#SBATCH --chdir=/
#SBATCH --open-mode=append
#SBATCH --output=/shared/slurm/reprise-01234567-00ff/%a.log

case $SLURM_ARRAY_TASK_ID in
0) REPRISE_JOB=r0.train folder=/shared/runs/r0/steps/train ;;
1) REPRISE_JOB=r1.train folder=/shared/runs/r1/steps/train ;;
2) REPRISE_JOB=r2.train folder=/shared/runs/r2/steps/train ;;
5) REPRISE_JOB=r5.train folder=/shared/runs/r5/steps/train ;;
esac

cd -- "$folder" || exit 126
while IFS= read -r need; do
    pause=0
    while [ ! -e "$need/exit.json" ] && [ "$pause" -lt 30 ]; do
        sleep 1
        pause=$((pause + 1))
    done
    record=
    [ ! -r "$need/exit.json" ] || read -r record < "$need/exit.json"
    case $record in
        '{"status":0,'* | '{"status":0}') ;;
        *)
            echo "not begun: $need did not finish"
            exit 85
            ;;
    esac
done < slurm.needs || exit 126

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

export REPRISE_JOB

exec /bin/sh run.sh
