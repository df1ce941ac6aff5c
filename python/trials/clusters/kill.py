"""A sweep on a cluster while the supervisor, and once the part of the cluster that decides, get SIGKILL: nothing lost, nothing twice."""

import random
import threading

from patience import PATIENCE, Failed
from storm import LEAST, expect_kept, storm
from trying import attempted, on_each


def tried(options):
    problems, kills = [], []

    def enter(world):
        attempted(problems, world, f"{options.runs} runs, seed {options.seed}", killed, options, kills)

    # What decides in a cluster dies for everybody on it, so that a cluster is tried once at a time.
    for half in dict.fromkeys(world.half for world in options.worlds):
        on_each([world for world in options.worlds if world.half == half], enter)
    return (f"{sum(done for done, _ in kills)} kills of supervisors and {sum(crashed for _, crashed in kills)} of what decides on {len(kills)} clusters "
            f"during {options.runs} runs each, {len(problems)} lost something"), not problems


def killed(world, options, kills):
    source = random.Random(f"{options.seed} {world.name}")
    with world.project(options) as project, world.tally(project) as tally:
        project.write("kill.exp.yaml", f"""name: kill
parameters: {{index: 0}}
command: |
  {tally.note}
  echo "{{\\"step\\": 1, \\"index\\": {{{{ index }}}}}}" >> "$REPRISE_METRICS"
  echo {{{{ index }}}} > "$REPRISE_OUTPUTS/index"
  {tally.hold}
  sleep 1
  exit $(({{{{ index }}}} % 4))
sweep: {{grid: {{index: "range(0, {options.runs})"}}}}
""")
        project.reprise("run", "kill.exp.yaml", "--detach", "--quiet")
        limit, stop, crashes = PATIENCE + 10 * options.runs, threading.Event(), []
        crasher = threading.Thread(target=crash, args=(project, tally, options.runs, source.uniform(0, 3), crashes, stop))
        if world.can_crash():
            crasher.start()
        try:
            done = storm(project, source, tally, patience=limit, life=world.life)
        except Failed:
            stop.set()
            raise
        finally:
            if world.can_crash():
                crasher.join()
        project.reprise("wait", "--all", "--quiet", expecting=None, timeout=limit)
        if done < LEAST or world.can_crash() and not crashes:
            raise Failed(f"only {done} supervisors were killed, and what decides {len(crashes)} times")
        kills.append((done, len(crashes)))
        expect_kept(project, options.runs, tally)
        expect_outputs(project)


def crash(project, tally, count, pause, crashes, stop):
    """As soon as a third of the runs have begun, which they have for good."""
    def begun():
        return sum(tally.executed(path.name) > 0 for path in project.store.glob("runs/*"))

    while not stop.is_set() and begun() * 3 < count:
        stop.wait(0.2)
    if not stop.is_set():
        project.world.crash(project, pause)
        crashes.append(pause)


def expect_outputs(project):
    for run in project.runs():
        outputs = [output["path"] for output in project.show(run["id"])["outputs"]] if run["parameters"]["index"] % 10 == 0 else ["outputs/index"]
        if outputs != ["outputs/index"]:
            raise Failed(f"run {run['id'][:8]} has the outputs {outputs}")
