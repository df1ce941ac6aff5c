"""The supervisor is killed at random moments while containers run: each run is executed once, keeps its exit status, leaves nothing."""

import os
import random
import signal
import subprocess
import time

from same import image
from trying import attempted, on_each
from worlds import Failed


def tried(options):
    problems, kills = [], []

    def enter(world):
        if world.engine:
            attempted(problems, world, f"{options.runs} runs, seed {options.seed}", killed, options, kills)

    on_each(options.worlds, enter)
    return f"{sum(kills)} kills on {len(kills)} engines during {options.runs} container runs each, {len(problems)} lost something", not problems


def killed(world, options, kills):
    source = random.Random(f"{options.seed} {world.name}")
    with world.project(options) as project:
        count = options.runs
        # Written beside `work`: what an execution leaves there is not cleared by a second one.
        project.write("kill.exp.yaml", f"""name: kill
parameters: {{index: 0}}
command: |
  echo x >> "$REPRISE_RUN_DIR/executions"
  echo "{{\\"step\\": 1, \\"index\\": {{{{ index }}}}}}" >> "$REPRISE_METRICS"
  sleep 0.3
  exit $(({{{{ index }}}} % 4))
environment: {image(world, "busybox")}
sweep: {{grid: {{index: "range(0, {count})"}}}}
""")
        project.reprise("run", "kill.exp.yaml", "--detach", "--quiet")
        done = storm(project, source)
        project.reprise("wait", "--all", "--quiet", expecting=None)
        if done < 5:
            raise Failed(f"only {done} supervisors were killed")
        kills.append(done)
        expect_kept(project, count)


def storm(project, source, patience=300):
    """Kills whoever supervises and starts another, until all runs have ended; how often."""
    done, deadline = 0, time.monotonic() + patience
    while time.monotonic() < deadline:
        process = project.start("wait", "--all", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pause = time.monotonic() + source.uniform(0.02, 1)
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
