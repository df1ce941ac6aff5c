#!/usr/bin/env bash
# The local executor, two jobs in flight.
source "$(dirname "$0")/measure.sh"
peer submitit submitit
workplace
cat >jobs.py <<'PYTHON'
import sys
import time

import submitit

executor = submitit.LocalExecutor(folder="jobs")
waiting, running, done = int(sys.argv[1]), [], 0
while waiting or running:
    while waiting and len(running) < 2:
        running.append(executor.submit(submitit.helpers.CommandFunction(["true"], verbose=False)))
        waiting -= 1
    for job in [job for job in running if job.done(force_check=True)]:
        job.result()
        running.remove(job)
        done += 1
        print("done", flush=True)
    time.sleep(0.002)
PYTHON
measured python jobs.py "$runs"
expect "$runs" grep '^done$' "$log"
report "LocalExecutor, CommandFunction true, two jobs in flight; keeps pickled call, result and logs of each job"
