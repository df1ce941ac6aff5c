"""Whoever supervises is killed again and again; what was promised must be kept all the same."""

import os
import signal
import subprocess
import time

from project import Failed


def storm(project, source, patience=300, life=1):
    """Kills whoever supervises, each after `life` seconds at most, and starts another, until all runs have ended; how often."""
    done, deadline = 0, time.monotonic() + patience
    while time.monotonic() < deadline:
        process = project.start("wait", "--all", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pause = time.monotonic() + source.uniform(0.02, life)
        while time.monotonic() < pause and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is not None:
            return done
        for number in {process.pid, project.supervisor()} - {None}:
            try:
                os.kill(number, signal.SIGKILL)
                done += 1
            except ProcessLookupError:
                pass
        process.wait()
    raise Failed("the runs do not end")


def noted(project, run):
    """How often a run was executed, by what it writes beside `work`."""
    path = project.store / "runs" / run / "executions"
    return len(path.read_text().splitlines()) if path.exists() else 0


def expect_kept(project, count, executed=noted):
    runs = project.runs()
    if len(runs) != count:
        raise Failed(f"{len(runs)} runs, not {count}")
    for run in runs:
        index = run["parameters"]["index"]
        executions = executed(project, run["id"])
        wanted = ("failed" if index % 4 else "finished", index % 4)
        if executions != 1 or (run["state"], run["exitStatus"]) != wanted or run["metrics"]["index"]["count"] != 1:
            raise Failed(f"run {run['id'][:8]} of index {index}: executed {executions} times, {run['state']}, exit status {run['exitStatus']}, "
                         f"{run['reason']}; expected {wanted}")
