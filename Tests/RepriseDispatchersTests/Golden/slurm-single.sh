#!/bin/sh
#SBATCH --job-name=reprise-0123456789abcdef0123456789abcdef
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --no-requeue
#SBATCH --chdir=/
#SBATCH --open-mode=append
#SBATCH --output="/shared/it's 100%%/runs/0123456789abcdef0123456789abcdef/slurm.log"

REPRISE_JOB=0123456789abcdef0123456789abcdef folder='/shared/it'\''s 100%/runs/0123456789abcdef0123456789abcdef'

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
