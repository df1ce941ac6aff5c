"""Whoever supervises is killed again and again; what was promised must be kept all the same."""

import contextlib
import os
import signal
import subprocess
import time

from patience import PATIENCE, Failed

# So many kills live through what is held; then it is let go.
LEAST = 5


def storm(project, source, tally, *, patience=2 * PATIENCE, life=1, least=LEAST):
    """Kills whoever supervises and starts another, until all runs have ended; how often. What is held is let go after the `least` kills.

    A supervisor lives for `life` seconds at most; while none gets anything done, as on a busy machine, the next ones live longer."""
    done, deadline, known, longest = 0, time.monotonic() + patience, 0, life
    while time.monotonic() < deadline:
        process = project.start("wait", "--all", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(source.uniform(0.02, longest))
            return done
        for number in {process.pid, project.supervisor()} - {None}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
                done += 1
        process.wait()
        if done >= least:
            tally.let_go()
        # Not what a supervisor drafts elsewhere, which is there again and again though nothing comes of it.
        files = sum(1 for _ in (project.store / "runs").rglob("*"))
        known, longest = files, life if files != known else min(longest * 1.3, 60)
    raise Failed(f"the runs do not end, with {done} kills: {project.states()}")


def expect_kept(project, count, tally):
    runs = project.runs()
    if len(runs) != count:
        raise Failed(f"{len(runs)} runs, not {count}")
    for run in runs:
        index = run["parameters"]["index"]
        executions = tally.executed(run["id"])
        wanted = ("failed" if index % 4 else "finished", index % 4)
        if executions != 1 or (run["state"], run["exitStatus"]) != wanted or run["metrics"]["index"]["count"] != 1:
            raise Failed(f"run {run['id'][:8]} of index {index}: executed {executions} times, {run['state']}, exit status {run['exitStatus']}, "
                         f"{run['reason']}; expected {wanted}")
