"""Programs that `reprise run` starts log by the real client into their own run, without a line of theirs about Reprise."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

TRAINING = '''
import os, mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

mlflow.set_experiment("an experiment of the program's own choice")
mlflow.sklearn.autolog(silent=True, log_input_examples=False)
data = load_iris(as_frame=True)
LogisticRegression(max_iter=200, random_state=1).fit(data.data, data.target)
run = mlflow.last_active_run().info.run_id
assert run == os.environ["REPRISE_RUN_ID"], run
mlflow.sklearn.autolog(disable=True)
'''

LOGGING = '''
import math, os, mlflow

with mlflow.start_run() as run:
    assert run.info.run_id == os.environ["REPRISE_RUN_ID"], run.info.run_id
    mlflow.log_params({"lr": 1e-3, "flag": True, "depth": 3})
    for step in range(5):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metric("nan", math.nan)
    mlflow.set_tag("who", "me")
    mlflow.log_text("text", "folder/a text.txt")
    with open(os.path.join(os.environ["REPRISE_OUTPUTS"], "left.txt"), "w") as file:
        file.write("left")
    found = [file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id, "folder")]
    assert found == ["folder/a text.txt"], found
    with mlflow.start_run(nested=True, run_name="child"):
        mlflow.log_metric("inner", 1)
with mlflow.start_run(run_name="second") as second:
    assert second.info.run_id != run.info.run_id
    assert second.info.experiment_id == run.info.experiment_id
'''

LONG = '''
import pathlib, time, mlflow

with mlflow.start_run() as run:
    for step in range(60):
        mlflow.log_metric("point", step, step=step)
        if step == 5:
            pathlib.Path("../logging").touch()
        time.sleep(0.05)
    mlflow.log_text("done", "done.txt")
'''

FAILING = '''
import sys, mlflow

with mlflow.start_run():
    mlflow.log_metric("loss", 1)
mlflow.end_run("FINISHED")
sys.exit(3)
'''


def logged(options):
    """Runs each program; the summary and whether everything was as it must be."""
    clients = {"": options.python, " (mlflow 2)": options.classic} if options.classic else {"": options.python}
    checks = []
    for label, python in clients.items():
        checks += [(name + label, passed, seen) for name, passed, seen in programs(options.reprise, python, not label)]
    for name, passed, seen in checks:
        if not passed:
            print(f"  ✘ {name}: {seen}")
    failures = sum(1 for _, passed, _ in checks if not passed)
    return f"{len(checks)} checks of programs in their own runs, {failures} failed", not failures


def programs(reprise, python, whole):
    with tempfile.TemporaryDirectory(prefix="reprise-own-") as scratch:
        place = Project(reprise, python, pathlib.Path(scratch))
        for subject in [logging, failing] + ([training, killed] if whole else []):
            try:
                yield from subject(place)
            except NotThere as error:
                yield subject.__name__, False, error


def logging(place):
    ended = place.run("logging", LOGGING, "parameters: {lr: 0.001, flag: true}\n")
    yield "a program logs", ended.returncode == 0, place.words(ended, "logging")
    kept = place.show("logging")
    parameters = {each["name"]: each["value"] for each in kept["request"]["parameters"]}
    yield "parameters", parameters == {"lr": 0.001, "flag": True, "depth": 3}, parameters
    series = {each["key"]: (each["count"], each["last"]) for each in kept["metrics"]}
    yield "metrics", series == {"loss": (5, 0.2), "nan": (1, "NaN")}, series
    yield "tags", kept["tags"].get("who") == "me", kept["tags"]
    outputs = [each["path"] for each in kept["outputs"]]
    yield "outputs", outputs == ["folder/a text.txt", "outputs/left.txt"], outputs
    child = place.show("child")
    yield "a nested run", child["tags"].get("mlflow.parentRunId") == kept["request"]["id"], child["tags"]
    projects = {place.show(name)["request"]["project"] for name in ("logging", "child", "second")}
    yield "one project", len(projects) == 1, projects


def failing(place):
    ended = place.run("failing", FAILING)
    kept = place.show("failing")
    yield "the exit status decides", (ended.returncode, kept["state"], kept["exitStatus"]) == (3, "failed", 3), kept["state"]


def training(place):
    ended = place.run("training", TRAINING)
    yield "autolog trains", ended.returncode == 0, place.words(ended, "training")
    kept = place.show("training")
    names = {each["name"] for each in kept["request"]["parameters"]}
    yield "autolog's parameters", {"max_iter", "random_state", "solver"} <= names, names
    keys = {each["key"] for each in kept["metrics"]}
    yield "autolog's metrics", {"training_score", "training_accuracy_score"} <= keys, keys
    paths = {each["path"] for each in kept["outputs"]}
    yield "autolog's artifacts", "estimator.html" in paths, paths


def killed(place):
    """The supervisor dies while the program logs; the next one answers where the first did."""
    place.run("long", LONG, options=["--detach"])
    flag = lambda: list(place.folder.glob(".reprise/runs/*/logging"))
    begin = time.monotonic()
    while not flag() and time.monotonic() < begin + 60:
        time.sleep(0.02)
    yield "a long program logs", bool(flag()), place.text(".reprise/supervisor.log")
    if not flag():
        raise NotThere(place.call("logs", "long", "--stderr").stdout)
    os.kill(int(place.text(".reprise/supervisor.lock").split()[0]), signal.SIGKILL)
    ended = place.call("wait", "--all")
    yield "it goes on", ended.returncode == 0, place.words(ended, "long")
    kept = place.show("long")
    counts = {each["key"]: each["count"] for each in kept["metrics"]}
    yield "no point lost, none twice", counts == {"point": 60}, counts
    yield "nor the artifact", [each["path"] for each in kept["outputs"]] == ["done.txt"], kept["outputs"]


class NotThere(Exception):
    """A run that should be there is not; the checks before it tell why."""


class Project:
    """A folder with a store of its own."""

    def __init__(self, reprise, python, folder):
        self.reprise, self.python, self.folder = reprise, python, folder

    def call(self, *arguments):
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "REPRISE_"))}
        return subprocess.run([self.reprise, *arguments], cwd=self.folder, env=surroundings, capture_output=True, text=True, timeout=300)

    def run(self, name, program, more="", options=()):
        # No name of a module that the program imports.
        (self.folder / f"{name}_run.py").write_text(program)
        command = json.dumps([str(self.python), f"{name}_run.py"])
        (self.folder / f"{name}.exp.yaml").write_text(f"name: {name}\nproject: own\ncommand: {command}\n{more}")
        return self.call("run", f"{name}.exp.yaml", *options)

    def show(self, name):
        shown = self.call("show", name, "--json")
        if shown.returncode:
            raise NotThere(shown.stderr)
        return json.loads(shown.stdout)

    def text(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def words(self, ended, name):
        return ended.stderr + self.call("logs", name).stdout + self.call("logs", name, "--stderr").stdout
