"""Many trivial runs on Kubernetes beside the same Jobs by `kubectl apply` and `kubectl wait`.

Each is measured until all have ended. Both take turns, so that they
meet the same machine; the program is `true` everywhere, and the image lies on the node. Reprise looks into an image once in a
project's life: an execution that is not measured comes first.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

GROUP = "kubernetes"


class KubernetesBench:
    def __init__(self, row, missing, reprise, scratch, options):
        self.row, self.missing, self.reprise = row, missing, reprise
        self.turns, self.counts = options.kubernetes_turns, options.kubernetes_runs
        claim = os.environ.get("REPRISE_TEST_CLAIM", "")
        self.shared = pathlib.Path(claim.partition(":")[2]) / f"bench-{os.getpid()}" if claim else None
        self.scratch = pathlib.Path(scratch) / "kubernetes"
        self.scratch.mkdir(parents=True)
        self.places = {"reprise, files carried": self.project(self.scratch / "carried", "")}
        if self.shared:
            self.places["reprise, files in a volume"] = self.project(self.shared, f', volume: "{claim}"')

    def run(self):
        version = json.loads(said("kubectl", "version", "--output=json"))["serverVersion"]["gitVersion"].lstrip("v")
        try:
            for place in self.places.values():
                self.ours(place, 1)
            for count in self.counts:
                tools = {"kubectl apply and wait": self.by_hand}
                for name, place in self.places.items():
                    tools[name] = lambda count, place=place: self.ours(place, count)
                found = {name: [] for name in tools}
                for turn in range(self.turns):
                    for name in list(tools)[:: 1 if turn % 2 else -1]:
                        found[name].append(tools[name](count))
                base = statistics.median(found["kubectl apply and wait"])
                for name, seconds in found.items():
                    middle = statistics.median(seconds)
                    note = f"Kubernetes {version}; median of {len(seconds)}, {min(seconds):.2f}–{max(seconds):.2f}"
                    if name.startswith("reprise"):
                        note += f"; {middle / base:.2f} times kubectl"
                    self.row(GROUP, f"{count:,} runs of `true`, all ended", name, middle, "s", note)
        finally:
            if self.shared:
                shutil.rmtree(self.shared, ignore_errors=True)

    # The tools: seconds until all have ended.

    def ours(self, place, count):
        before = set(place.glob(".reprise/runs/*"))
        begin = time.time()
        done = subprocess.run([self.reprise, "run", "bench.exp.yaml", "--quiet", "--yes", f"index=range(0,{count})"], cwd=place, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        whole = time.time() - begin
        if done.returncode:
            sys.exit(f"bench: reprise ended with {done.returncode}\n{done.stdout}{done.stderr}")
        records = [json.loads((path / "exit.json").read_text()) for path in set(place.glob(".reprise/runs/*")) - before]
        if len(records) != count or any(record["status"] for record in records):
            sys.exit(f"bench: {len(records)} runs of {count} ended")
        return whole

    def by_hand(self, count):
        mark = f"bench-{os.getpid()}-{time.time_ns()}"
        jobs = [{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": f"{mark}-{index}", "labels": {"bench": mark}},
                 "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [
                     {"name": "main", "image": "localhost/reprise-test:1", "command": ["true"]}]}}}} for index in range(count)]
        begin = time.time()
        subprocess.run(["kubectl", "apply", "--filename=-"], input=json.dumps({"apiVersion": "v1", "kind": "List", "items": jobs}),
                       check=True, text=True, capture_output=True)
        subprocess.run(["kubectl", "wait", "jobs", f"--selector=bench={mark}", "--for=condition=complete", "--timeout=600s"], check=True, capture_output=True)
        whole = time.time() - begin
        subprocess.run(["kubectl", "delete", "jobs", f"--selector=bench={mark}", "--cascade=foreground"], check=True, capture_output=True)
        return whole

    # Places

    def project(self, place, more):
        place.mkdir(parents=True)
        images = os.environ["REPRISE_TEST_REGISTRY"] + "/bench"  # Pods fetch it from there once.
        (place / "reprise.yaml").write_text(
            f"target: pods\ntargets:\n  pods: {{kind: kubernetes, image: localhost/reprise-test:1, images: '{images}'{more}}}\n")
        (place / ".gitignore").write_text(".reprise/\n")
        (place / "bench.exp.yaml").write_text('name: bench\nparameters: {index: 0}\ncommand: ["true"]\n')
        subprocess.run("git init -q . && git add -A && git -c user.name=bench -c user.email=bench@example.org commit -qm start", shell=True, check=True, cwd=place)
        return place


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
