"""One experiment on every engine: the outputs and the metrics are the same to the last bit, and everything is the user's own."""

import json
import os
import pathlib

from patience import Failed
from trying import attempted, on_each

# Whole numbers and a POSIX shell alone, so that a machine and a busybox agree.
SHELL = r"""
set -eu
state=$((REPRISE_SEED % 2147483647)) sum=0 step=0
while [ $step -lt "$1" ]; do
    step=$((step + 1)) state=$((state * 48271 % 2147483647)) sum=$(((sum * 31 + state) % 1000003))
    [ $((step % 10)) != 0 ] || echo "{\"step\": $step, \"sum\": $sum, \"half\": $((sum / 2)).5}" >> "$REPRISE_METRICS"
done
while read -r number; do sum=$((sum + number)); done < "$REPRISE_DATA_NUMBERS"
mkdir -p "$REPRISE_OUTPUTS/deep/er"
echo "$sum $REPRISE_SEED $2" > "$REPRISE_OUTPUTS/sum.txt"
printf '\000\001\377%s' "$state" > "$REPRISE_OUTPUTS/deep/er/bytes.bin"
: > "$REPRISE_OUTPUTS/empty"
cp parameters.sh here.txt 2>/dev/null || echo "$2" > here.txt
printf 'to standard output\n'; printf 'to standard error\n' >&2
if echo x 2>/dev/null > "$REPRISE_DATA_NUMBERS"; then [ -z "${SEALED:-}" ] || { echo "the data can be written" >&2; exit 9; }; fi
exit "$3"
"""

PYTHON = """
import json, os, pathlib, random, sys

parameters = json.load(open(os.environ["REPRISE_PARAMETERS"]))
source = random.Random(int(os.environ["REPRISE_SEED"]))
points = [tuple(map(float, line.split(","))) for line in open(os.environ["REPRISE_DATA_POINTS"])]
weights = [source.gauss(0, 1), source.gauss(0, 1)]
with open(os.environ["REPRISE_METRICS"], "a") as metrics:
    for step in range(parameters["steps"]):
        loss, slope = 0.0, [0.0, 0.0]
        for x, y in points:
            error = weights[0] + weights[1] * x - y
            loss += error * error
            slope = [slope[0] + error, slope[1] + error * x]
        weights = [weight - parameters["rate"] * part for weight, part in zip(weights, slope)]
        metrics.write(json.dumps({"step": step, "loss": loss}) + "\\n")
outputs = pathlib.Path(os.environ["REPRISE_OUTPUTS"])
outputs.joinpath("weights.json").write_text(json.dumps({"weights": weights, "name": parameters["name"], "set": sorted({"a", "b", "c"})}))
print(hash("a"), list({"x", "y", "z"}))
sys.exit(parameters["status"])
"""


def tried(options):
    problems, seen = [], {}

    def enter(world):
        attempted(problems, world, "a program of the shell", shell, options, seen)
        if world.engine:
            attempted(problems, world, "a program of Python", python, options, seen)
        attempted(problems, world, "exit status 3", status, options)

    on_each(options.worlds, enter)
    first = {}
    for (program, name), result in seen.items():
        other, expected = first.setdefault(program, (name, result))
        if result != expected:
            problems.append(f"{name} and {other} differ")
            print(f"  ✘ {program}: {name} and {other} differ:\n      {result}\n      {expected}")
    return f"{len(seen)} executions of {len(first)} programs, {len(problems)} differ or failed", not problems


def shell(world, options, seen):
    with world.project(options) as project:
        write_shell(project, status=0)
        project.reprise("run", "shell.exp.yaml", "--quiet")
        seen["shell", world.name] = result(project)
        expect_owned(project)


def status(world, options):
    with world.project(options) as project:
        write_shell(project, status=3)
        project.reprise("run", "shell.exp.yaml", "--quiet", expecting=3)
        shown = project.show()
        if (shown["state"], shown["exitStatus"], shown["reason"]) != ("failed", 3, "exit status 3"):
            raise Failed(f"{shown['state']}, {shown['exitStatus']}, {shown['reason']}")
        if shown["jobs"][0]["exit"]["status"] != 3:
            raise Failed(f"the job's record says {shown['jobs'][0]['exit']}")


def python(world, options, seen):
    with world.project(options) as project:
        project.write("fit.py", PYTHON)
        project.write("points.csv", "".join(f"{x / 7},{x / 3 + 0.1}\n" for x in range(40)))
        project.write("fit.exp.yaml", "name: fit\nseed: 11\nparameters: {steps: 60, rate: 0.001, name: ünïcode, status: 0}\n"
                      f"command: [python3, fit.py]\ndata: {{points: points.csv}}\nenvironment: {image(world, 'python')}\n")
        project.reprise("run", "fit.exp.yaml", "--quiet")
        seen["python", world.name] = result(project)
        expect_owned(project)


def write_shell(project, status):
    project.write("work.sh", SHELL)
    project.write("numbers.txt", "".join(f"{number}\n" for number in range(100)))
    sealed = "SEALED: '1'" if project.world.engine else ""
    project.write("shell.exp.yaml", f"name: shell\nseed: 5\nparameters: {{steps: 200, word: a word, status: {status}}}\n"
                  "command: [sh, work.sh, '{{ steps }}', '{{ word }}', '{{ status }}']\ndata: {numbers: numbers.txt}\noutputs: [here.txt]\n"
                  f"environment: {image(project.world, 'busybox', f'variables: {{{sealed}}}')}\n")


def image(world, name, more=""):
    """What stands under `environment`: the same file of an image for all engines."""
    words = [f"image: 'docker-archive:{world.variables['REPRISE_TEST_IMAGES']}/{name}.tar'"] if world.engine else []
    return "{" + ", ".join(words + [more] * bool(more)) + "}"


def result(project):
    """Everything of the last run that must be the same elsewhere."""
    shown = project.show()
    folder = project.store / "runs" / shown["request"]["id"]
    points = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {
        "state": shown["state"], "seed": shown["request"]["seed"],
        "outputs": sorted((output["path"], output["digest"], output["bytes"]) for output in shown["outputs"]),
        "points": [{key: value for key, value in point.items() if key != "time"} for point in points],
        "metrics": sorted((metric["key"], metric["count"], metric["last"], metric["min"], metric["max"]) for metric in shown["metrics"]),
        "printed": ((folder / "stdout.log").read_text(), (folder / "stderr.log").read_text()),
    }


def expect_owned(project):
    """Every file of the store belongs to the user, and can be removed by him."""
    for folder, folders, files in os.walk(project.store):
        for name in folders + files:
            owner = pathlib.Path(folder, name).lstat().st_uid
            if owner != project.world.uid:
                raise Failed(f"{folder}/{name} belongs to {owner}, not {project.world.uid}")
