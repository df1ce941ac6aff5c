"""One experiment with steps and splits on every engine: outputs and metrics are the same to the last bit."""

import json

import worlds
from containers.same import image
from patience import Failed
from trying import attempted, on_each

PREPARE = """
import json, os, random

source = random.Random(int(os.environ["REPRISE_SEED"]))
points = [tuple(map(float, line.split(","))) for line in open(os.environ["REPRISE_DATA_POINTS"])]
source.shuffle(points)
folds = [points[number::3] for number in range(3)]
json.dump({"folds": folds, "start": [source.gauss(0, 1), source.gauss(0, 1)]}, open("prepared.json", "w"))
open(os.path.join(os.environ["REPRISE_OUTPUTS"], "prepared.txt"), "w").write(f"{len(points)} points\\n")
print("prepared", sorted(os.listdir(".")))
"""

FIT = """
import json, math, os, random

split, splits = int(os.environ["REPRISE_SPLIT"]), int(os.environ["REPRISE_SPLITS"])
parameters = json.load(open(os.environ["REPRISE_PARAMETERS"]))
prepared = json.load(open("prepared.json"))
source = random.Random(int(os.environ["REPRISE_SEED"]))
weights = [weight + source.gauss(0, 0.1) for weight in prepared["start"]]
with open(os.environ["REPRISE_METRICS"], "a") as metrics:
    for step in range(parameters["rounds"]):
        loss, slope = 0.0, [0.0, 0.0]
        for x, y in prepared["folds"][split]:
            error = weights[0] + weights[1] * x - y
            loss += error * error
            slope = [slope[0] + error, slope[1] + error * x]
        weights = [weight - parameters["rate"] * part for weight, part in zip(weights, slope)]
        metrics.write(json.dumps({"step": step, f"loss.{split}": math.sqrt(loss)}) + "\\n")
json.dump({"split": split, "of": splits, "weights": weights, "set": sorted({"a", "b"})}, open(f"part-{split}.json", "w"))
print(hash("a"), list({"x", "y", "z"}))
"""

GATHER = """
import glob, json, os, sys

parts = [json.load(open(name)) for name in sorted(glob.glob("part-*.json"))]
parameters = json.load(open(os.environ["REPRISE_PARAMETERS"]))
outputs = os.environ["REPRISE_OUTPUTS"]
os.makedirs(os.path.join(outputs, "deep/er"))
open(os.path.join(outputs, "deep/er/bytes.bin"), "wb").write(bytes(range(256)) + os.environ["REPRISE_SEED"].encode())
open(os.path.join(outputs, "empty"), "w").close()
json.dump({"parts": parts, "name": parameters["name"], "first": open(os.path.join(outputs, "prepared.txt")).read()}, open("result.json", "w"))
print(json.dumps({"::": 0}), "::metric is no metric here")
print('::metric {"parts": %d}' % len(parts))
print("to standard error", file=sys.stderr)
sys.exit(parameters["status"])
"""


def tried(options):
    problems, seen = [], {}
    # The machine itself and its container engines say what is right.
    local = [world for world in worlds.worlds()[0] if not options.on or world.name == "process"]

    def enter(world):
        if attempted(problems, world, "steps and splits", pipeline, options, seen):
            attempted(problems, world, "exit status 3", status, options)

    on_each(local + options.worlds, enter)
    first = seen.get("process")
    for name, result in seen.items():
        if result != first:
            problems.append(f"{name} and process differ")
            print(f"  ✘ {name} and process differ:\n      {result}\n      {first}")
    return f"{len(seen)} executions of an experiment of three steps and three splits, {len(problems)} differ or failed", not problems


def pipeline(world, options, seen):
    with world.project(options) as project:
        written(project)
        project.reprise("run", "everywhere.exp.yaml", "--quiet")
        seen[world.name] = result(project)


def status(world, options):
    with world.project(options) as project:
        written(project, status=3)
        project.reprise("run", "everywhere.exp.yaml", "--quiet", expecting=3)
        shown = project.show()
        if (shown["state"], shown["exitStatus"]) != ("failed", 3) or "3" not in shown["reason"]:
            raise Failed(f"{shown['state']}, {shown['exitStatus']}, {shown['reason']}")


def written(project, status=0):
    project.write("prepare.py", PREPARE)
    project.write("fit.py", FIT)
    project.write("gather.py", GATHER)
    project.write("points.csv", "".join(f"{x / 7},{x / 3 + 0.1}\n" for x in range(42)))
    local = project.world.engine in ("podman", "docker", "apptainer")
    project.write("everywhere.exp.yaml", f"""name: everywhere
seed: 11
parameters: {{rounds: 30, rate: 0.001, name: ünïcode, status: {status}}}
data: {{points: points.csv}}
environment: {image(project.world, "python") if local else "{}"}
steps:
  prepare: {{command: [python3, prepare.py], outputs: [prepared.json]}}
  fit: {{command: [python3, fit.py], needs: [prepare], split: 3, outputs: ["part-*.json"]}}
  gather: {{command: [python3, gather.py], needs: [fit], outputs: [result.json]}}
""")


def result(project):
    """Everything of the last run that must be the same elsewhere."""
    shown = project.show()
    folder = project.store / "runs" / shown["request"]["id"]
    printed = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.name in ("stdout.log", "stderr.log")}
    points = {str(path.relative_to(folder)): [json.loads(line) for line in path.read_text().splitlines()] for path in sorted(folder.rglob("metrics.jsonl"))}
    return {
        "state": shown["state"], "seed": shown["request"]["seed"],
        "outputs": sorted((output["path"], output["digest"], output["bytes"]) for output in shown["outputs"]),
        "points": points,
        "metrics": sorted((metric["key"], metric["count"], metric["last"], metric["min"], metric["max"]) for metric in shown["metrics"]),
        "printed": printed,
    }
