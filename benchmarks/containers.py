"""What a run in a container costs beside the engine's own command, with the same flags, and beside a run without a container."""

import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python" / "containers"))
from worlds import World, worlds

GROUP = "containers"
# A second of work in whole numbers, the same in every Python.
WORK = "state = 1\nfor _ in range(3_000_000): state = state * 48271 % 2147483647\nprint(state)\n"


class ContainersBench:
    def __init__(self, row, missing, reprise, scratch, options):
        self.row, self.missing, self.reprise, self.scratch = row, missing, reprise, pathlib.Path(scratch)
        self.turns, self.count = options.turns, options.container_runs

    def run(self):
        entered, absent = worlds()
        for name, reason in absent.items():
            self.missing(GROUP, "a run of `true`", name, reason)
        entered = [world for world in entered if world.half == ("root" if os.geteuid() == 0 else "user") or world.engine == "podman"]
        containers = [world for world in entered if world.engine]
        for world in containers:
            Place(self, world).overhead()
        for world in containers:
            if world.half == containers[0].half:
                Place(self, world).many()
        self.work(entered)

    def work(self, entered):
        """The same second of work as a process and in each engine, in turns, so that all meet the same machine."""
        places = [(world, Place(self, world, "python", "[python3, work.py]")) for world in entered]
        seconds = {world.name: [] for world in entered}
        for turn in range(max(3, self.turns // 4)):
            for world, place in places:
                taken = place.seconds(place.command())
                if turn:
                    seconds[world.name].append(taken)
        native = statistics.median(seconds["process"])
        for world in entered:
            found = statistics.median(seconds[world.name])
            note = "no container" if world.engine is None else f"{(found - native) * 1000:+.0f} ms ({(found / native - 1) * 100:+.1f} %) over the native run"
            self.row(GROUP, "run of a second of Python", f"reprise, {world.name}", found * 1000, "ms", note)


class Place:
    """A project on one engine, with the image where that engine looks for it."""

    def __init__(self, bench, world, image="busybox", command='"true"'):
        self.bench, self.world = bench, world
        # Root's own temporary folder may be closed to others.
        self.folder = pathlib.Path(world.variables.get("TRIALS", bench.scratch)) / f"reprise-bench-{os.getpid()}-{world.name.replace(' ', '-')}-{image}"
        self.own(self.folder)
        self.own(self.folder / "home")
        environment = f"environment: {{image: 'docker-archive:{world.variables['REPRISE_TEST_IMAGES']}/{image}.tar'}}\n" if world.engine else ""
        self.text = f"name: bench\nparameters: {{index: 0}}\ncommand: {command}\n{environment}"
        self.write("reprise.yaml", world.target)
        self.write(".gitignore", "home/\n.reprise/\n")
        self.write("work.py", WORK)
        self.write("bench.exp.yaml", self.text)
        self.seconds(self.command())

    def own(self, path):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)
        self.world.own(path)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        self.world.own(self.folder / name)

    def command(self, *more):
        return [self.bench.reprise, "run", "bench.exp.yaml", "--quiet", *more]

    def seconds(self, command, **options):
        begin = time.perf_counter()
        process = self.world.popen(command, folder=self.folder, variables={"HOME": str(self.folder / "home")}, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, **options)
        said = process.communicate()[0]
        taken = time.perf_counter() - begin
        if process.returncode:
            sys.exit(f"bench: {' '.join(map(str, command))} ended with {process.returncode}\n{said.decode()}")
        return taken

    def bare(self, name):
        """The engine's own command with the flags of the last run, but `true` where that executes its script."""
        newest = max(self.folder.glob(".reprise/runs/*"), key=lambda path: path.stat().st_mtime)
        script = next(newest.rglob("launch.sh")).read_text().replace("\\\n", " ")
        words = shlex.split(script[re.search("^exec ", script, re.MULTILINE).end():])
        if "--name" in words:
            words[words.index("--name") + 1] = name
        words = [f"--name={name}" if word.startswith("--name=") else word for word in words]
        if "--workdir" in words:
            # Apptainer's folder for what is temporary goes away with its job.
            self.own(pathlib.Path(words[words.index("--workdir") + 1]))
        # The last `-c` is the one that the shell in the container gets.
        last = len(words) - 1 - words[::-1].index("-c")
        return [*words[:last], "-c", "true"]

    def overhead(self):
        """In turns, so that all meet the same machine: a launch of one run, one of some more on one slot, as many bare commands.

        What a run costs is the difference of the two launches, without the start of the process and the snapshot.
        """
        world, runs = self.world, 5
        self.write("bench.exp.yaml", self.text + f'sweep: {{grid: {{index: "range(0, {runs + 1})"}}}}\n')
        ours, bare, single, native = [], [], [], []
        plain = Place(self.bench, World("process", None, world.half), "none")
        for turn in range(self.bench.turns):
            single.append(self.seconds(self.command("index=0")))
            ours.append((self.seconds(self.command("--set", "target.slots=1")) - single[-1]) / runs)
            commands = [shlex.join(self.bare(f"reprise-bench-{turn}-{number}")) for number in range(runs)]
            bare.append(self.seconds(["sh", "-c", "\n".join(commands)]) / runs)
            native.append(plain.seconds(plain.command()))
        begin = statistics.median(native)
        medians = [statistics.median(values) * 1000 for values in (ours, bare)]
        version = world.run(world.engine, "--version").stdout.split("version")[-1].strip().split(",")[0].split("-")[0]
        spread = f"median of {len(bare)} turns of {runs}; quartiles {quartiles(bare)}"
        self.bench.row(GROUP, "`true` in a busybox", f"{world.name}, {version}", medians[1], "ms/run", f"the bare command with the same flags, {spread}")
        self.bench.row(GROUP, "`true` in a busybox, one more run of a launch", f"reprise, {world.name}", medians[0], "ms/run",
                       f"{medians[0] - medians[1]:+.1f} ms over the bare command; quartiles {quartiles(ours)}")
        self.bench.row(GROUP, "`true` in a busybox, a launch of one run", f"reprise, {world.name}", statistics.median(single) * 1000, "ms",
                       f"without a container {begin * 1000:.1f} ms, the start and the snapshot included")

    def many(self):
        """A hundred runs of one image on two slots, beside two bare commands at a time."""
        count = self.bench.count
        self.write("bench.exp.yaml", self.text + f'sweep: {{grid: {{index: "range(0, {count})"}}}}\n')
        ours, bare = [], []
        words = self.bare("NAME")
        line = shlex.join(words).replace("NAME", '"$1"')
        for turn in range(3):
            ours.append(self.seconds(self.command("--set", "target.slots=2")) / count)
            numbers = " ".join(f"reprise-bench-{turn}-{number}" for number in range(count))
            script = f"printf '%s\\n' {numbers} | xargs -P2 -n1 sh -c {shlex.quote(line)} sh"
            bare.append(self.seconds(["sh", "-c", script]) / count)
        ours, bare = (statistics.median(values) * 1000 for values in (ours, bare))
        what = f"{count} runs of one image on 2 slots"
        self.bench.row(GROUP, what, f"xargs -P2, {self.world.name}", bare, "ms/run", "the bare command with the same flags; keeps nothing; median of 3")
        self.bench.row(GROUP, what, f"reprise, {self.world.name}", ours, "ms/run", f"{ours - bare:+.1f} ms over the bare command; median of 3")


def quartiles(values):
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low * 1000:.0f}–{high * 1000:.0f}"
