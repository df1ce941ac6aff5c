"""A login node that goes away in the middle, or lets nobody in any more: that is told, jobs go on, and nothing is lost when it is back."""

import contextlib
import subprocess

from clusters.login import Login
from patience import Failed, ending, until
from storm import expect_kept
from trying import all_of

COUNT = 4


def gone(world, options):
    away(world, options, Login.go, "takes no connections of ssh")


def refused(world, options):
    away(world, options, Login.refuse, "does not let this user in without a question")


def away(world, options, leave, words):
    """Runs end while nobody can log in; then what each of them needs next is handed over all the same."""
    with world.project(options) as project, world.tally(project) as tally, contextlib.closing(Login(project)) as login:
        login.come()
        project.write("reprise.yaml", f"target: here\ntargets:\n  here: {{kind: slurm, ssh: '{login.words}', workspace: {project.place}/far}}\n")
        project.write("away.exp.yaml", f"""name: away
parameters: {{index: 0}}
steps:
  first:
    command: |
      {tally.note}
      echo begun > begun
      echo "{{\\"step\\": 1, \\"index\\": {{{{ index }}}}}}" >> "$REPRISE_METRICS"
      {tally.hold}
      echo {{{{ index }}}} > made
  second: {{needs: [first], command: 'cp made "$REPRISE_OUTPUTS/index"; exit $(({{{{ index }}}} % 4))'}}
sweep: {{grid: {{index: "range(0, {COUNT})"}}}}
""")
        heard = project.place / "heard"
        with heard.open("w") as file:
            process = project.start("run", "away.exp.yaml", stdout=file, stderr=subprocess.STDOUT)
        jobs = project.place / "far" / "jobs"
        until(lambda: len(list(jobs.glob("*/work/begun"))) == COUNT or process.poll() is not None, lambda: f"{project.states()}\n{heard.read_text()}")
        leave(login)
        until(lambda: words in heard.read_text() or process.poll() is not None, lambda: f"nobody is told: {heard.read_text()}")
        tally.let_go()
        until(lambda: len(list(jobs.glob("*/steps/first/exit.json"))) == COUNT or process.poll() is not None, lambda: f"jobs do not end: {heard.read_text()}")
        said = project.reprise("run", "away.exp.yaml", "--quiet", expecting=2).stderr
        if words not in said or len(project.runs()) != COUNT:
            raise Failed(f"whoever launches meanwhile is told: {said}")
        if any(run["state"] not in ("submitted", "running") for run in project.runs()) or process.poll() is not None:
            raise Failed(f"while it is away: {project.states()}\n{heard.read_text()}")
        login.come()
        ending(process)
        if heard.read_text().count(words) != 1:
            raise Failed(f"it is to be told once: {heard.read_text()}")
        expect_kept(project, COUNT, tally)
        for run in project.runs():
            if [output["path"] for output in project.show(run["id"])["outputs"]] != ["outputs/index"]:
                raise Failed(f"run {run['id'][:8]} has the outputs {project.show(run['id'])['outputs']}")


TRIALS = {"a machine that goes away": gone, "a key that is refused": refused}


def tried(options):
    return all_of(lambda world: TRIALS, [world for world in options.worlds if type(world).__name__ == "SlurmOverSSH"], options)
