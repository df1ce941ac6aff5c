"""Chains of steps with splits, handed over at once: supervisors die while they do, then nobody is alive while the cluster goes on."""

import os
import random
import signal
import subprocess
import time

from patience import PATIENCE, Failed, until
from tally import InFolder
from trying import attempted, on_each

JOBS = ["prepare", "train.0", "train.1", "train.2", "evaluate"]


def tried(options):
    problems = []
    worlds = [world for world in options.worlds if world.kind == "slurm"]
    count = max(4, options.runs // 5)

    def enter(world):
        attempted(problems, world, f"{count} chains, seed {options.seed}", chained, options, count)

    on_each(worlds, enter)
    return f"{count} chains of {len(JOBS)} jobs on {len(worlds)} clusters, {len(problems)} lost something", not problems


def chained(world, options, count):
    source = random.Random(f"{options.seed} {world.name}")
    with world.project(options) as project:
        tally = InFolder(project.place / "notes")
        note = f'echo x >> "{tally.folder}/$REPRISE_JOB"'
        project.write("chain.exp.yaml", f"""name: chain
parameters: {{index: 0}}
steps:
  prepare:
    command: |
      {note}
      mkdir -p parts
      {tally.hold}
      for part in 0 1 2; do echo $(({{{{ index }}}} + part)) > parts/$part; done
    outputs: [parts/*]
  train:
    command: |
      {note}
      echo $(($(cat parts/$REPRISE_SPLIT) * 2)) > trained.$REPRISE_SPLIT || exit 9
      rm parts/$REPRISE_SPLIT
      [ $(({{{{ index }}}} % 4)) != 3 ] || [ "$REPRISE_SPLIT" != 1 ] || exit 5
    needs: [prepare]
    split: 3
    outputs: [trained.*]
  evaluate:
    command: |
      {note}
      echo $(($(cat trained.0) + $(cat trained.1) + $(cat trained.2))) > "$REPRISE_OUTPUTS/total"
    needs: [train]
sweep: {{grid: {{index: "range(0, {count})"}}}}
""")
        project.reprise("run", "chain.exp.yaml", "--detach", "--quiet")
        kills = disturbed(project, source, 1.5)
        tally.let_go()
        # Elsewhere the supervisor orders the steps: what comes out must be the same.
        if world.orders:
            project.start("wait", "--all", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until(lambda: submitted(project) == count * len(JOBS), lambda: f"{world.name}: all is handed over\n{project.trace()}")
            kill(project)
            # Nobody may start a `reprise` meanwhile, not even to tell what is there.
            until(lambda: ended(project) == count - count // 4, lambda: f"{world.name}: the cluster goes on alone: {ended(project)} of {count}")
            if project.supervisor():
                raise Failed("somebody supervises")
        project.reprise("wait", "--all", "--quiet", expecting=None, timeout=2 * PATIENCE)
        for run in project.runs():
            expect_right(project, run, tally.folder)
        return kills


def disturbed(project, source, seconds):
    """Kills whoever supervises for a while, and starts another each time."""
    kills, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        process = project.start("wait", "--all", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(source.uniform(0.02, 0.7))
        kills += kill(project)
        process.wait()
    return kills


def kill(project):
    kills = 0
    for number in {process.pid for process in project.started if process.poll() is None} | {project.supervisor()} - {None}:
        try:
            os.kill(number, signal.SIGKILL)
            kills += 1
        except ProcessLookupError:
            pass
    for process in project.started:
        process.wait()
    until(lambda: not project.supervisor(), lambda: "whoever supervises lives through SIGKILL")
    return kills


def submitted(project):
    """How many jobs Slurm has given a number."""
    notes = [path.read_text().split("\n") for path in project.store.glob("runs/*/steps/*/slurm.job")]
    return sum(len(lines) > 3 and lines[3] != "" for lines in notes)


def ended(project):
    return len(list(project.store.glob("runs/*/steps/evaluate/exit.json")))


def expect_right(project, run, notes):
    index = run["parameters"]["index"]
    fails = index % 4 == 3
    for job in JOBS:
        path = notes / f"{run['id']}.{job}"
        executions = len(path.read_text().splitlines()) if path.exists() else 0
        if executions != (0 if fails and job == "evaluate" else 1):
            raise Failed(f"{run['id'][:8]}.{job} of index {index} was executed {executions} times\n{project.trace()}")
    shown = project.show(run["id"])
    states = {name_of(job["key"]): job["state"] for job in shown["jobs"]}
    wanted = dict.fromkeys(JOBS, "finished") | ({"train.1": "failed", "evaluate": "cancelled"} if fails else {})
    if states != wanted or run["state"] != ("failed" if fails else "finished"):
        raise Failed(f"run {run['id'][:8]} of index {index} is {run['state']}: {states}, {run['reason']}\n{project.trace()}")
    paths = sorted(output["path"] for output in shown["outputs"])
    kept = ["parts/0", "parts/1", "parts/2", "trained.0", "trained.1", "trained.2"]
    if paths != sorted(kept + ([] if fails else ["outputs/total"])):
        raise Failed(f"run {run['id'][:8]} of index {index} has the outputs {paths}")
    total = project.store / "runs" / run["id"] / "outputs" / "total"
    if not fails and total.read_text() != f"{2 * (3 * index + 3)}\n":
        raise Failed(f"run {run['id'][:8]} of index {index} has the total {total.read_text()}")


def name_of(key):
    """A job's step and split. A key is an object, or `RUN.step.split@attempt`."""
    if isinstance(key, str):
        return key.split("@")[0].split(".", 1)[1]
    return key["step"] + (f".{key['split']}" if key.get("split") is not None else "")
