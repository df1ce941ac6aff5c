"""A tracker that is down for the length of a sweep has everything when it is back, once, however often its sender is killed."""

import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import struct
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import servers

RUNS = 10
POINTS = 600
KILLS = 6

EXPERIMENT = """\
name: sweep
parameters: {size: 1, kind: plain}
sweep: {grid: {size: [%s]}}
outputs: [model.txt]
command: |
  awk -v size={{ size }} 'BEGIN { for (i = 0; i < %d; i++)
      printf "{\\"loss\\": %%.6f, \\"val/acc%%%%\\": %%d, \\"step\\": %%d}\\n", size / (i + 1), i %% 7, i }' > "$REPRISE_RUN_DIR/metrics.jsonl"
  echo model {{ size }} > model.txt
"""


def sent(options):
    """Runs a sweep while the server is down, then brings it back; the summary and whether everything arrived once."""
    with tempfile.TemporaryDirectory(prefix="reprise-trackers-") as scratch:
        folder = pathlib.Path(scratch)
        server = servers.mlflow(options.python, folder / "server")
        project = folder / "project"
        project.mkdir()
        lab = Laboratory(options.reprise, folder, project)
        (project / "reprise.yaml").write_text(json.dumps({"trackers": [
            {"kind": "mlflow", "uri": server.uri, "experiment": "sent {{ project }}"}, {"kind": "jsonl", "file": "all.jsonl"},
            {"kind": "tensorboard", "directory": "tb"}]}))
        (project / "sweep.exp.yaml").write_text(EXPERIMENT % (", ".join(map(str, range(1, RUNS + 1))), POINTS))
        seconds = lab.timed("run", "sweep.exp.yaml", "--yes")
        failures = [] if seconds < 60 else [f"the sweep took {seconds:.0f} s while the tracker was down"]
        waiting = lab.waiting("mlflow")
        if waiting != RUNS:
            failures.append(f"{waiting} runs waited for the server that was down, not {RUNS}")
        if lab.call("tracker", "send", "--tracker", "mlflow", status=1) is None:
            failures.append("`tracker send` did not say that something still waits")
        server.start()
        try:
            cut = kills(lab, random.Random())
            lab.call("tracker", "send", "--wait", "--tracker", "mlflow")
            if lab.waiting("mlflow"):
                failures.append("something still waits")
            failures += compared(server.uri, lab)
        finally:
            server.stop()
        failures += read(options.tensorboard, lab)
        for failure in failures[:40]:
            print(f"  ✘ {failure}")
        return (f"{RUNS} runs of {2 * POINTS} points while the server was down, {cut} kills of the sender, "
                f"{'not ' if options.tensorboard is None else ''}read by TensorBoard, {len(failures)} lost or doubled"), not failures


class Laboratory:
    """The command line in a project of its own."""

    def __init__(self, binary, folder, project):
        self.binary, self.project = binary, project
        self.environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def command(self, *arguments):
        return {"args": [self.binary, *arguments], "cwd": self.project, "env": self.environment, "stdin": subprocess.DEVNULL}

    def call(self, *arguments, status=0):
        done = subprocess.run(**self.command(*arguments), capture_output=True, text=True, timeout=300)
        if done.returncode != status:
            raise servers.ServerBroke(f"`reprise {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def timed(self, *arguments):
        began = time.monotonic()
        self.call(*arguments)
        return time.monotonic() - began

    def waiting(self, kind):
        return sum(tracker["waiting"] for tracker in json.loads(self.call("tracker", "list", "--json")) if tracker["kind"] == kind)


def kills(lab, source):
    """Starts the sender and kills it at random moments; how often it was still at it."""
    cut = 0
    for _ in range(KILLS):
        sender = subprocess.Popen(**lab.command("tracker", "send", "--wait", "--tracker", "mlflow"), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, start_new_session=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            sender.wait(source.uniform(0.05, 1.0))
        if sender.poll() is None:
            cut += 1
            # What curl has in flight dies with it, as after a loss of power.
            os.killpg(sender.pid, signal.SIGKILL)
        sender.wait()
    return cut


def lines(lab):
    """What the lines of the JSON lines tracker say of each run."""
    expected = {}
    for text in (lab.project / "all.jsonl").read_text().splitlines():
        line = json.loads(text)
        run = expected.setdefault(line.get("run"), {"parameters": {}, "points": {}, "state": None})
        if line["kind"] == "parameter":
            run["parameters"][line["name"]] = str(line["value"])
        elif line["kind"] == "metric":
            run["points"].setdefault(line["key"], []).append((line["step"], line["time"], line["value"]))
        elif line["kind"] == "state":
            run["state"] = line["state"]
    expected.pop(None)
    return expected


def read(python, lab):
    """What differs between those lines and what the real TensorBoard reads."""
    if python is None:
        print("trackers: WITHOUT TensorBoard: --tensorboard names a Python that has it", flush=True)
        return []
    reader = pathlib.Path(__file__).with_name("events.py")
    done = subprocess.run([python, reader, lab.project / "tb"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        return [f"TensorBoard reads nothing:\n{done.stderr[-2000:]}"]
    expected, found = lines(lab), json.loads(done.stdout)
    failures = [] if sorted(expected) == sorted(found) else [f"TensorBoard has {len(found)} runs of {len(expected)}"]
    for name, run in found.items():
        points = {key: [[step, time, single(value)] for step, time, value in points] for key, points in expected[name]["points"].items()}
        if run["points"] != points or run["status"] != 1 or run["parameters"].keys() != expected[name]["parameters"].keys():
            failures.append(f"run {name[:8]}: TensorBoard reads {({key: len(value) for key, value in run['points'].items()})}, {run['parameters']}")
    return failures


def single(value):
    """The number as 32 bits keep it."""
    return struct.unpack("f", struct.pack("f", value))[0]


def compared(uri, lab):
    """What differs between the server, the store, and the lines of the other tracker, which was never down."""
    failures, expected = [], lines(lab)
    with contextlib.closing(sqlite3.connect(lab.project / ".reprise" / "reprise.db")) as database:
        kept = dict(database.execute("SELECT id, sum(count) FROM run JOIN series ON series.run = run.number GROUP BY id"))
    number = get(uri, "experiments/get-by-name", experiment_name="sent project")["experiment"]["experiment_id"]
    runs = post(uri, "runs/search", {"experiment_ids": [number], "max_results": 1000}).get("runs", [])
    found = [tags(run)["reprise.run_id"] for run in runs]
    if sorted(found) != sorted(kept) or sorted(found) != sorted(expected):
        failures.append(f"the server has {len(found)} runs, of {len(set(found))} of ours; the store has {len(kept)}")
    for run in runs:
        failures += differences(uri, run, expected.get(tags(run)["reprise.run_id"], {}), kept)
    return failures


def differences(uri, run, expected, kept):
    name = tags(run)["reprise.run_id"][:8]
    parameters = {item["key"]: item["value"] for item in run["data"].get("params", [])}
    if parameters != expected.get("parameters"):
        yield f"run {name}: parameters {parameters} for {expected.get('parameters')}"
    if run["info"]["status"] != "FINISHED" or expected.get("state") != "finished":
        yield f"run {name}: {run['info']['status']}, {expected.get('state')}"
    total = 0
    keys = {item["key"] for item in run["data"].get("metrics", [])}
    for key, points in expected.get("points", {}).items():
        there = next((other for other in keys if other == key or other.startswith(key.replace("%", "_") + "-")), key)
        history = get(uri, "metrics/get-history", run_id=run["info"]["run_id"], metric_key=there, max_results=25000).get("metrics", [])
        arrived = sorted((int(item.get("step", 0)), int(item["timestamp"]), float(item["value"])) for item in history)
        total += len(arrived)
        if arrived != sorted(points):
            yield f"run {name}: {len(arrived)} points of {key} for {len(points)}"
    if total != kept.get(tags(run)["reprise.run_id"]):
        yield f"run {name}: {total} points arrived of {kept.get(tags(run)['reprise.run_id'])}"
    files = get(uri, "artifacts/list", run_id=run["info"]["run_id"]).get("files", [])
    if [item["path"] for item in files] != ["model.txt"]:
        yield f"run {name}: files {files}"


def tags(run):
    return {item["key"]: item["value"] for item in run["data"].get("tags", [])}


def get(uri, path, **query):
    with urllib.request.urlopen(f"{uri}/api/2.0/mlflow/{path}?{urllib.parse.urlencode(query)}", timeout=60) as response:
        return json.load(response)


def post(uri, path, body):
    request = urllib.request.Request(f"{uri}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)
