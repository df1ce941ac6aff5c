"""Many trivial runs on Slurm beside a loop of sbatch, an array written by hand, and submitit.

Each tool is measured by three moments after its start: Slurm has taken the last job, the first job's program has begun, the last
job has ended. Tools take turns, so that all meet the same machine. The jobs' program is `true` everywhere.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
GROUP = "slurm"
COMMANDS = ("sbatch", "squeue", "sacct", "scontrol", "scancel", "sinfo", "srun")
QUERIES = ("squeue", "sacct", "scontrol", "sinfo")


class SlurmBench:
    def __init__(self, row, missing, reprise, scratch, options):
        self.row, self.missing, self.reprise = row, missing, reprise
        self.scratch, self.turns, self.counts = pathlib.Path(scratch) / "slurm", options.slurm_turns, options.slurm_runs
        self.scratch.mkdir(parents=True)
        self.calls = self.scratch / "calls"
        self.path = self.wrappers()
        self.project()
        self.queries = []

    def run(self):
        version = said("sbatch", "--version").split()[-1]
        python = self.submitit()
        for count in self.counts:
            tools = {"an array written by hand": self.array, "reprise": self.ours}
            found = {name: [] for name in tools}
            self.ours(1)
            for turn in range(self.turns):
                # The second of a turn meets what the first has left to the controller: each is first as often.
                for name in list(tools)[:: 1 if turn % 2 else -1]:
                    found[name].append(tools[name](count))
            found["a loop of sbatch"] = [self.loop(count)]
            if python and count <= 100:
                found[python[1]] = [self.peer(python[0], count)]
            self.report(count, found, version)
            if python and count > 100:
                seconds = self.peer(python[0], count, waits=False)[0]
                self.row(GROUP, f"{count:,} runs of `true`, submitted", python[1], seconds, "s", "one turn; ended before they ran")
        self.rate()

    def report(self, count, found, version):
        whole = {name: statistics.median(turn[2] for turn in turns) for name, turns in found.items()}
        base = whole["an array written by hand"]
        for position, what in enumerate(("submitted", "first program begun", "all ended")):
            for name, turns in found.items():
                seconds = [turn[position] for turn in turns]
                note = f"Slurm {version}; " + (f"median of {len(seconds)}, {min(seconds):.2f}–{max(seconds):.2f}" if len(seconds) > 1 else "one turn")
                if position == 2 and name == "reprise":
                    ratios = [ours[2] / bare[2] for ours, bare in zip(turns, found["an array written by hand"])]
                    note += f"; {whole[name] / base:.2f} times the array, in each turn {', '.join(f'{ratio:.2f}' for ratio in ratios)}"
                self.row(GROUP, f"{count:,} runs of `true`, {what}", name, statistics.median(seconds), "s", note)

    def rate(self):
        """How often Slurm was asked while the most runs went on."""
        asked, seconds, count = max(self.queries, key=lambda found: found[2])
        names = ", ".join(f"{asked.count(name)} {name}" for name in COMMANDS if name in asked)
        self.row(GROUP, f"questions to Slurm, {count:,} runs", "reprise", sum(asked.count(name) for name in QUERIES) / seconds * 60, "a minute",
                 f"{names} in {seconds:.1f} s, the start and the end included")

    # The tools: seconds to the last submission, to the first program, to the last end.

    def ours(self, count):
        self.calls.write_text("")
        stamp = self.scratch / "submitted"
        stamp.unlink(missing_ok=True)
        self.put_away(self.place / ".reprise")
        begin = time.time()
        done = subprocess.run([self.reprise, "run", "bench.exp.yaml", "--quiet", "--yes", f"index=range(0,{count})"], cwd=self.place, text=True,
                              env={**os.environ, "PATH": f"{self.path}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL, capture_output=True)
        whole = time.time() - begin
        if done.returncode:
            sys.exit(f"bench: reprise ended with {done.returncode}\n{done.stdout}{done.stderr}")
        records = [json.loads(path.read_text()) for path in self.place.glob(".reprise/runs/*/exit.json")]
        if len(records) != count or any(record["status"] for record in records):
            sys.exit(f"bench: {len(records)} runs of {count} ended")
        self.queries.append((self.calls.read_text().split(), whole, count))
        return stamp.stat().st_mtime - begin, min(record["startedAt"] for record in records) / 1000 - begin, whole

    def array(self, count):
        return self.by_hand(count, [f"--array=0-{count - 1}"])

    def loop(self, count):
        return self.by_hand(count, [], times=count)

    def by_hand(self, count, options, times=1):
        folder = self.empty("by-hand")
        script = folder / "job.sh"
        script.write_text("#!/bin/sh\ntrue\n")
        begin = time.time()
        ids = [subprocess.run(["sbatch", "--parsable", f"--output={folder}/%j.log", *options, script], check=True, capture_output=True, text=True).stdout.strip()
               for _ in range(times)]
        submitted = time.time() - begin
        self.wait(ids, count)
        whole = time.time() - begin
        return submitted, min(path.stat().st_mtime for path in folder.glob("*.log")) - begin, whole

    def peer(self, python, count, waits=True):
        folder = self.empty("submitit")
        (folder / "jobs.py").write_text(SUBMITIT)
        begin = time.time()
        said = subprocess.run([python, "jobs.py", str(count), "wait" if waits else "leave"], cwd=folder, check=True, capture_output=True, text=True).stdout
        found = json.loads(said.splitlines()[-1])
        return found["submitted"] - begin, found["first"] - begin, found["last"] - begin

    def wait(self, ids, count):
        """Until Slurm itself has written down the last end; asks it where it keeps no file of ends."""
        numbers, ends = set(ids), completions()
        if not ends:
            while subprocess.run(["squeue", "--noheader", "--jobs=" + ",".join(ids)], capture_output=True, text=True).stdout.strip():
                time.sleep(0.25)
            return
        with ends.open() as file:
            file.seek(max(0, ends.stat().st_size - (1 << 20)))
            left, rest = count, ""
            while left > 0:
                text = file.read()
                if not text:
                    time.sleep(0.01)
                    continue
                *lines, rest = (rest + text).split("\n")
                for line in lines:
                    left -= any(word.startswith(("JobId=", "ArrayJobId=")) and word.split("=")[1] in numbers for word in line.split())

    # Places

    def project(self):
        self.place = self.scratch / "project"
        self.place.mkdir()
        (self.place / "reprise.yaml").write_text("target: hpc\ntargets:\n  hpc: {kind: slurm}\n")
        (self.place / ".gitignore").write_text(".reprise/\n")
        (self.place / "bench.exp.yaml").write_text('name: bench\nparameters: {index: 0}\ncommand: ["true"]\n')
        subprocess.run("git init -q . && git add -A && git -c user.name=bench -c user.email=bench@example.org commit -qm start", shell=True, check=True, cwd=self.place)

    def empty(self, name):
        folder = self.scratch / name
        self.put_away(folder)
        folder.mkdir()
        return folder

    def put_away(self, folder):
        """Not removed: ext4 makes files several times as slowly for minutes after many were removed."""
        if folder.exists():
            folder.rename(self.scratch / f"old-{time.time_ns()}")

    def wrappers(self):
        """A folder for PATH whose commands of Slurm write down that they were called."""
        folder = self.scratch / "bin"
        folder.mkdir()
        for name in COMMANDS:
            if not (real := shutil.which(name)):
                continue
            after = f'{real} "$@"; status=$?; : > {self.scratch}/submitted; exit $status' if name == "sbatch" else f'exec {real} "$@"'
            (folder / name).write_text(f"#!/bin/sh\necho {name} >> {self.calls}\n{after}\n")
            (folder / name).chmod(0o755)
        return folder

    def submitit(self):
        """The interpreter that has it, and its name with the version."""
        done = subprocess.run([HERE / "peers" / "setup.sh"], capture_output=True, text=True)
        if done.returncode:
            self.missing(GROUP, "runs of `true`", "submitit", "benchmarks/peers/setup.sh could not install it")
            return None
        python = done.stdout.strip() + "/bin/python"
        return python, "submitit " + said(python, "-c", "import importlib.metadata as m; print(m.version('submitit'))").strip()


def completions():
    """The file in which the controller writes down ends; None where it keeps none that this user may read."""
    settings = dict(line.split("=", 1) for line in said("scontrol", "show", "config").replace(" ", "").splitlines() if "=" in line)
    place = pathlib.Path(settings.get("JobCompLoc", "-"))
    return place if settings.get("JobCompType") == "jobcomp/filetxt" and os.access(place, os.R_OK) else None


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


SUBMITIT = '''
import json, sys, time
import submitit

def program(index):
    import subprocess, time
    begin = time.time()
    subprocess.run(["true"], check=True)
    return begin

count, waits = int(sys.argv[1]), sys.argv[2] == "wait"
executor = submitit.SlurmExecutor(folder="jobs")
executor.update_parameters(time=10, mem="100M", cpus_per_task=1, array_parallelism=count)
jobs = executor.map_array(program, range(count))
submitted = first = last = time.time()
if waits:
    for job in jobs:
        # By its file: the other way asks sacct, which not every cluster has.
        while not job.paths.result_pickle.exists():
            time.sleep(0.01)
    last = time.time()
    first = min(job.result() for job in jobs)
else:
    for number in sorted({job.job_id.split("_")[0] for job in jobs}):
        submitit.SlurmJob(folder="jobs", job_id=number).cancel()
print(json.dumps({"submitted": submitted, "first": first, "last": last}))
'''
