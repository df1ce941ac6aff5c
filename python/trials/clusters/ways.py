"""The ways in which one works with a cluster: looking before, following, leaving and coming back, stopping, trying again, several targets."""

import json
import signal
import subprocess

import secrecy
from patience import Failed, ending, until
from trying import all_of

# What the text that an engine is given surely holds.
TEXTS = {"slurm": ["#SBATCH", "--"], "srun": ["srun", "--ntasks=1"], "ssh": ["#SBATCH", "--"], "kubernetes": ["Job"], "volume": ["Job"],
         "batch": ["reprise"]}


def looking(world, options):
    """`target check` and a dry run tell what would be, and queue nothing."""
    with world.project(options) as project:
        told = project.reprise("target", "check", "here").stdout
        if "here" not in told:
            raise Failed(f"`target check` says {told}")
        project.write("look.exp.yaml", "command: 'echo hello'\nresources: {cpus: 1, memory: 64MiB}\n")
        text = project.reprise("run", "look.exp.yaml", "--dry-run").stdout
        if missing := [word for word in TEXTS[world.name.split()[0]] if word not in text]:
            raise Failed(f"the dry run does not show {missing}:\n{text}")
        if project.store.exists() and project.runs():
            raise Failed("a dry run has queued something")


def following(world, options):
    """Logs and metrics are seen while a run in the background goes on; whoever attaches hears how it ends."""
    with world.project(options) as project, world.tally(project) as tally:
        project.write("follow.exp.yaml", f"""command: |
  echo begun
  step() {{ echo "{{\\"step\\": $1, \\"loss\\": 0.$1}}" >> "$REPRISE_METRICS"; echo "step $1"; echo "oh $1" >&2; }}
  step 1
  step 2
  {tally.hold}
  step 3
  echo "::metric {{\\"end\\": 1}}"
  exit 5
""")
        project.reprise("run", "follow.exp.yaml", "--detach", "--quiet")
        project.begun()
        until(lambda: counts_of(project.show()) == {"loss": 2}, lambda: f"metrics while it runs: {project.show()['metrics']}")
        until(lambda: project.reprise("logs", "@last").stdout.endswith("step 1\nstep 2\n"), lambda: f"logs while it runs: {project.trace()}")
        until(lambda: project.reprise("logs", "@last", "--stderr").stdout == "oh 1\noh 2\n", lambda: f"errors while it runs: {project.trace()}")
        if (state := project.show()["state"]) != "running":
            raise Failed(f"it runs, and is said to be {state}")
        attached = project.start("attach", "@last", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tally.let_go()
        words = ending(attached)
        if attached.returncode != 5:
            raise Failed(f"`attach` ended with {attached.returncode}: {words}")
        shown, text = project.show(), project.reprise("logs", "@last").stdout
        if counts_of(shown) != {"loss": 3, "end": 1} or (shown["state"], shown["exitStatus"]) != ("failed", 5) or text.count("step ") != 3:
            raise Failed(f"in the end: {counts_of(shown)}, {shown['state']}, {shown['exitStatus']}: {text}")


def counts_of(shown):
    return {metric["key"]: metric["count"] for metric in shown["metrics"]}


def stopping(world, options):
    """`stop` and Ctrl-C end the program at the engine, and what it left is kept."""
    with world.project(options) as project:
        project.write("long.exp.yaml", "command: \"trap 'echo ended > $REPRISE_OUTPUTS/ended; exit 9' TERM; echo begun; "
                      "for turn in $(seq 120); do sleep 30 & wait; done\"\n")
        project.reprise("run", "long.exp.yaml", "--detach", "--quiet")
        project.begun(1)
        project.reprise("stop", "@last")
        project.reprise("wait", "--all", "--quiet", expecting=None)
        shown = project.show()
        if shown["state"] != "cancelled" or [output["path"] for output in shown["outputs"]] != ["outputs/ended"]:
            raise Failed(f"`stop`: {shown['state']}, {shown['reason']}, {shown['outputs']}")
        process = project.start("run", "long.exp.yaml", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        project.begun(2)
        process.send_signal(signal.SIGINT)
        words = ending(process)
        if process.returncode != 130 or project.show()["state"] != "cancelled":
            raise Failed(f"Ctrl-C: {process.returncode}, {project.show()['state']}: {words}")


def resuming(world, options):
    """Only what failed is executed again; a step that finished is not."""
    with world.project(options) as project, world.tally(project) as tally:
        project.write("resume.exp.yaml", f"""name: resume
parameters: {{index: 0}}
steps:
  prepare: {{command: '{tally.note}; echo "prepared {{{{ index }}}}" > prepared.txt'}}
  work: {{needs: [prepare], command: 'cat prepared.txt > $REPRISE_OUTPUTS/all; test {{{{ index }}}} != 1 || test $REPRISE_ATTEMPT != 1'}}
sweep: {{grid: {{index: [0, 1, 2]}}}}
""")
        project.reprise("run", "resume.exp.yaml", "--quiet", expecting=1)
        runs = project.runs()
        states = {run["parameters"]["index"]: run["state"] for run in runs}
        if states != {0: "finished", 1: "failed", 2: "finished"}:
            raise Failed(f"before: {states}")
        failed = next(run["id"] for run in runs if run["state"] == "failed")
        project.reprise("resume", failed, "--quiet")
        for run in project.runs():
            outputs = {output["path"]: output["bytes"] for output in project.show(run["id"])["outputs"]}
            if notes := project.show(run["id"])["notes"]:
                raise Failed(f"notes on a run that did nothing unusual: {notes}")
            if run["state"] != "finished" or tally.executed(run["id"]) != 1 or outputs != {"outputs/all": 11}:
                raise Failed(f"after: {run['state']}, prepared {executed(project, run['id'])} times, {outputs}")


def several(world, options):
    """One sweep on two targets: every run is on one of them, and none is left out."""
    with world.project(options) as project:
        project.write("several.exp.yaml", "parameters: {index: 0}\ncommand: 'echo {{ index }} > $REPRISE_OUTPUTS/index'\nsweep: {grid: {index: 'range(0, 6)'}}\n")
        project.reprise("run", "several.exp.yaml", "--quiet", "--on", "here,local")
        shown = [project.show(run["id"]) for run in project.runs()]
        targets = [one["request"]["target"] for one in shown]
        # By turns, weighed by slots where both say how many they have.
        if len(targets) != 6 or set(targets) != {"here", "local"} or any(one["state"] != "finished" or len(one["outputs"]) != 1 for one in shown):
            raise Failed(f"{targets}, {[(one['state'], one.get('reason'), one['outputs']) for one in shown]}")


def chain(world, options):
    """What one step leaves on the cluster the next finds on this machine, and the other way round; the code changes meanwhile."""
    with world.project(options) as project:
        project.write("add.sh", 'cat numbers.txt 2>/dev/null > old; cat old > numbers.txt; echo "$1" >> numbers.txt; cp numbers.txt "$REPRISE_OUTPUTS/numbers.$1"; sleep 1\n')
        project.write("chain.exp.yaml", """steps:
  first: {command: [sh, add.sh, one]}
  second: {command: [sh, add.sh, two], needs: [first]}
  third: {command: [sh, add.sh, three], needs: [second]}
""")
        process = project.start("run", "chain.exp.yaml", "--on", "here,second=local", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        until(lambda: list(project.store.glob("runs/*/run.json")) or process.poll() is not None, lambda: "nothing is queued", pause=0.05)
        # Whoever is late must not execute what the snapshot did not freeze.
        project.write("add.sh", "echo wrong; exit 1\n")
        words = ending(process)
        shown = project.show()
        folder = project.store / "runs" / shown["request"]["id"] / "outputs"
        found = {path.name: path.read_text().split() for path in sorted(folder.glob("numbers.*"))}
        if process.returncode != 0 or found != {"numbers.one": ["one"], "numbers.two": ["one", "two"], "numbers.three": ["one", "two", "three"]}:
            raise Failed(f"{process.returncode}, {found}: {words}{project.trace()}")


def secret(world, options):
    with world.project(options) as project:
        secrecy.expect_hidden(project, "{credentials: {TOKEN: token}}")


def limits(world, options):
    """Memory and time: the run fails and says which of them it was."""
    with world.project(options) as project:
        project.write("memory.exp.yaml", "command: [python3, -c, 'b = bytearray(300 << 20); print(sum(b[::4096])); import time; time.sleep(1800)']\n"
                      "resources: {memory: 64MiB, time: 10m}\n")
        project.reprise("run", "memory.exp.yaml", "--quiet", expecting=None)
        shown = project.show()
        if shown["state"] != "failed" or "memory" not in str(shown["reason"]):
            raise Failed(f"memory: {shown['state']}, {shown['reason']}, {json.dumps(shown['notes'])}")
        project.write("time.exp.yaml", "command: 'sleep 1800; sleep 1800'\nresources: {time: 2s}\n")
        project.reprise("run", "time.exp.yaml", "--quiet", expecting=None)
        shown = project.show()
        if shown["state"] != "failed" or "time limit" not in str(shown["reason"]):
            raise Failed(f"time: {shown['state']}, {shown['reason']}")


TRIALS = {"target check and dry run": looking, "detach, follow, attach": following, "stop and Ctrl-C": stopping, "resume of what failed": resuming,
          "several targets": several, "a chain across targets": chain, "a secret": secret, "limits": limits}


def tried(options):
    return all_of(lambda world: TRIALS, options.worlds, options)
