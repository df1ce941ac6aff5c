#!/bin/sh
# How it was submitted before: three jobs, each waiting for the one before.
set -eu
first=$(sbatch --parsable prepare.sbatch)
second=$(sbatch --parsable --array=0-3 --dependency="afterok:$first" estimate.sbatch)
sbatch --dependency="afterok:$second" combine.sbatch
