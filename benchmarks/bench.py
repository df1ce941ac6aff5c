#!/usr/bin/env python3
"""Times Reprise beside the tools that people use today, whole processes, in one run, and prints one table.

Usage: bench.py --reprise PATH [NAME …] [--runs N] [--peer-runs N] [--files N] [--gib N] [--points N] [--seconds N] [--turns N] [--json FILE]

Every figure is the median of several executions where one takes under a second, else of one. Both sides of a
comparison run one after the other in the same folder of the same disk. A tool that is missing is said to be missing.
"""
import argparse, contextlib, json, os, pathlib, platform, re, shlex, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
ROWS = []


def row(group, what, tool, value, unit, note=""):
    ROWS.append({"group": group, "what": what, "tool": tool, "value": value, "unit": unit, "note": note})
    print(f"  {group:10} {what:44} {tool:28} {value:12,.2f} {unit:10} {note}", flush=True)


def missing(group, what, tool, reason):
    ROWS.append({"group": group, "what": what, "tool": tool, "value": None, "unit": "", "note": f"NOT MEASURED: {reason}"})
    print(f"  {group:10} {what:44} {tool:28} NOT MEASURED: {reason}", flush=True)


def run(*command, cwd=None, env=None, check=True, stdin=None):
    result = subprocess.run([str(c) for c in command], cwd=cwd, env=env, stdin=stdin or subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if check and result.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} ended with {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def timed(*command, repeat=1, **options):
    """Median wall-clock seconds of `repeat` executions."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        run(*command, **options)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def experiment(folder, command='"true"', sweep="", extra=""):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.exp.yaml").write_text(f"name: bench\nparameters: {{index: 0}}\ncommand: {command}\n{extra}{sweep}")
    return folder / "bench.exp.yaml"


def repository(folder):
    run("git", "init", "-q", folder)
    (folder / "train.py").write_text("print('hello')\n")
    (folder / "README").write_text("a small repository\n")
    (folder / ".gitignore").write_text(".reprise/\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")


def git(folder, *arguments, **options):
    return run("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", *arguments, cwd=folder, **options)


def sweep_of(count):
    return "sweep: {grid: {index: [" + ", ".join(map(str, range(count))) + "]}}\n"


class Bench:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.reprise = options.reprise

    def startup(self):
        row("startup", "reprise --version", "reprise", timed(self.reprise, "--version", repeat=30) * 1000, "ms")
        row("startup", "the least a process costs: true", "/bin/true", timed("/bin/true", repeat=30) * 1000, "ms")
        folder = self.scratch / "small"
        repository(folder)
        file = experiment(folder)
        run(self.reprise, "run", file, "--quiet", cwd=folder)
        seconds = timed(self.reprise, "run", file, "--quiet", cwd=folder, repeat=15)
        row("startup", "run of `true`, small repository", "reprise", seconds * 1000, "ms")

    def trivial(self):
        count = self.options.runs
        folder = self.scratch / "trivial"
        repository(folder)
        file = experiment(folder, sweep=sweep_of(count))
        what = f"{count:,} runs of `true` on 2 slots"
        for turn in ("store empty", "store has the runs before"):
            seconds = timed(self.reprise, "run", file, "--quiet", "--set", "target.slots=2", cwd=folder)
            row("runs", what, "reprise", seconds / count * 1000, "ms/run", turn)
        numbers = "\n".join(map(str, range(count)))
        listing = self.scratch / "numbers"
        listing.write_text(numbers)
        with listing.open() as stdin:
            seconds = timed("xargs", "-P2", "-n1", "true", stdin=stdin)
        row("runs", what, "xargs -P2", seconds / count * 1000, "ms/run", "keeps nothing")
        self.peers()

    def peers(self):
        result = subprocess.run([str(HERE / "peers" / "all.sh"), str(max(1, self.options.runs // 10)), str(self.options.peer_runs)],
                                stdout=subprocess.PIPE, text=True)
        for line in result.stdout.splitlines():
            if not line.startswith("{"):
                continue
            found = json.loads(line)
            if "skipped" in found:
                missing("runs", "runs of `true`", found["tool"], found["skipped"])
                continue
            row("runs", f"{found['runs']} runs of `true`", f"{found['tool']} {found['version']}", found["ms_per_run"], "ms/run", found["what"])

    def listing(self):
        folder = self.scratch / "ten-thousand"
        repository(folder)
        file = experiment(folder, sweep=sweep_of(10_000))
        seconds = timed(self.reprise, "run", file, "--quiet", "--yes", "--set", "target.slots=2", cwd=folder)
        row("store", "10,000 runs of `true` on 2 slots", "reprise", seconds / 10, "ms/run")
        for what, arguments in [("list, newest 50 of 10,000 runs", ["list"]),
                                ("list --limit 10000", ["list", "--limit", "10000"]),
                                ("query index < 100 over 10,000 runs", ["query", "index < 100"])]:
            row("store", what, "reprise", timed(self.reprise, *arguments, cwd=folder, repeat=10) * 1000, "ms")
        small = experiment(folder / "again")
        seconds = timed(self.reprise, "run", small, "--quiet", cwd=folder, repeat=10)
        row("store", "run of `true`, 10,000 runs kept", "reprise", seconds * 1000, "ms")

    def snapshot(self):
        count = self.options.files
        folder = self.scratch / "tree"
        for index in range(count):
            file = folder / f"d{index % 50:02}" / f"e{index // 50 % 20:02}" / f"file{index}.py"
            if index < 1000:
                file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"# {index}\n" + f"value_{index} = {index}\n" * (index % 97))
        file = experiment(folder)
        what = f"snapshot of {count:,} files"
        seconds = timed(self.reprise, "snapshot", "create", file, cwd=folder)
        row("snapshot", f"{what}, first", "reprise", seconds * 1000, "ms")
        seconds = timed(self.reprise, "snapshot", "create", file, cwd=folder, repeat=5)
        row("snapshot", f"{what}, unchanged", "reprise", seconds * 1000, "ms")
        shutil.rmtree(folder / ".reprise", ignore_errors=True)
        run("git", "init", "-q", folder)
        start = time.perf_counter()
        git(folder, "add", "-A")
        git(folder, "write-tree")
        row("snapshot", f"{what}, first", "git add -A; git write-tree", (time.perf_counter() - start) * 1000, "ms")
        row("snapshot", f"{what}, unchanged", "git status", timed("git", "status", "--porcelain", cwd=folder, repeat=5) * 1000, "ms")
        shutil.rmtree(folder, ignore_errors=True)

    def data(self):
        folder = self.scratch / "data"
        folder.mkdir()
        big = folder / "big.bin"
        block = os.urandom(1 << 20)
        with big.open("wb") as out:
            for index in range(self.options.gib * 1024):
                out.write(index.to_bytes(8, "big") + block[8:])
        file = experiment(folder, extra="data: {big: big.bin}\n")
        run("sh", "-c", f"cat {big} > /dev/null")
        row("data", f"hash {self.options.gib} GiB, first", "reprise", timed(self.reprise, "data", "add", file, cwd=folder) * 1000, "ms")
        row("data", f"hash {self.options.gib} GiB", "sha256sum", timed("sha256sum", big) * 1000, "ms")
        row("data", f"hash {self.options.gib} GiB", "openssl dgst -sha256", timed("openssl", "dgst", "-sha256", big) * 1000, "ms")
        big.unlink()
        many = folder / "many"
        for index in range(self.options.files):
            part = many / f"p{index % 100:02}"
            if index < 100:
                part.mkdir(parents=True)
            (part / f"{index}.bin").write_bytes(block[index % 1000:index % 1000 + 4096])
        file = experiment(folder, extra="data: {many: many}\n")
        what = f"{self.options.files:,} data files of 4 KiB"
        row("data", f"{what}, first", "reprise", timed(self.reprise, "data", "add", file, cwd=folder) * 1000, "ms")
        row("data", f"{what}, unchanged", "reprise", timed(self.reprise, "data", "status", file, cwd=folder, repeat=5) * 1000, "ms")
        row("data", f"{what}, walk alone", "find -printf %s%T@", timed("find", many, "-type", "f", "-printf", "%s %T@\\n", repeat=5) * 1000, "ms")
        shutil.rmtree(folder)

    def metrics(self):
        count = self.options.points
        folder = self.scratch / "metrics"
        repository(folder)
        source = self.scratch / "points.jsonl"
        with source.open("w") as out:
            for step in range(count):
                out.write(f'{{"step": {step}, "loss": {1 / (step + 1):.9g}, "time": {1_700_000_000 + step / 100:.2f}}}\n')
        command = f"cp {source} \"$REPRISE_METRICS\""
        empty = timed(self.reprise, "run", experiment(folder / "none"), "--quiet", cwd=folder)
        database = folder / ".reprise" / "reprise.db"
        size = lambda: sum(f.stat().st_size for f in database.parent.glob("reprise.db*"))
        before = size()
        full = timed(self.reprise, "run", experiment(folder / "full", command=json.dumps(command)), "--quiet", cwd=folder)
        row("metrics", f"{count:,} points, metrics.jsonl to store", "reprise", count / (full - empty), "points/s", "whole run, less an empty one")
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row("metrics", "on disk", "reprise", (size() - before) / count, "bytes/point")
        seconds = timed(self.reprise, "plot", "@last", "--metric", "loss", cwd=folder, repeat=5)
        row("metrics", f"read {count:,} points and draw them", "reprise", seconds * 1000, "ms", "whole process")

    def serve(self):
        sys.path.insert(0, str(HERE / "serve"))
        import serve
        peers = run(HERE / "peers" / "setup.sh", check=False).stdout.strip()
        serve.ServeBench(row, missing, self.reprise, f"{peers}/bin/python", f"{peers}/bin/fml", self.scratch, self.options.seconds).run()

    def slurm(self):
        sys.path.insert(0, str(HERE))
        import slurm
        engines = [str(HERE.parent / "engines" / "engines.sh")]
        run(*engines, "up", "--for", os.getpid(), "slurm")
        try:
            status = run(*engines, "status", "slurm").stdout
            if not re.search(r"^slurm +\w+ +up ", status, re.MULTILINE):
                return missing("slurm", "runs of `true`", "all tools", status.strip() or "there is no Slurm here")
            variables = shlex.split(run(*engines, "env").stdout)
            os.environ.update(word.split("=", 1) for word in variables if word.startswith("SLURM_CONF="))
            slurm.SlurmBench(row, missing, self.reprise, self.scratch, self.options).run()
        finally:
            run(*engines, "down", "--for", os.getpid(), "slurm")

    def kubernetes(self):
        sys.path.insert(0, str(HERE))
        import kubernetes
        engines = [str(HERE.parent / "engines" / "engines.sh")]
        # Podman sends the image to the registry, from where pods fetch it.
        run(*engines, "up", "--for", os.getpid(), "podman", "registry", "kubernetes")
        try:
            status = run(*engines, "status", "kubernetes").stdout
            if not re.search(r"^kubernetes +root +up ", status, re.MULTILINE):
                return missing("kubernetes", "runs of `true`", "all tools", status.strip() or "there is no cluster here")
            variables = shlex.split(run(*engines, "env").stdout)
            os.environ.update(word.split("=", 1) for word in variables if "=" in word)
            kubernetes.KubernetesBench(row, missing, self.reprise, self.scratch, self.options).run()
        finally:
            run(*engines, "down", "--for", os.getpid())

    def containers(self):
        sys.path.insert(0, str(HERE))
        import containers
        engines = [str(HERE.parent / "engines" / "engines.sh")]
        run(*engines, "up", "--for", os.getpid())
        try:
            containers.ContainersBench(row, missing, self.reprise, self.scratch, self.options).run()
        finally:
            run(*engines, "down", "--for", os.getpid())


def page(head):
    """The figures as a page, grouped as they were taken, with what was missing and what was lost."""
    lines = ["# Benchmarks", "",
             "Whole processes, the median of several executions where one takes under a second, else one. Everything below comes",
             "from one run of `./dev bench`; what each figure is, `benchmarks/bench.py` says. Tools that keep less are quicker for it:",
             "the last column says what each one keeps.", "",
             f"Measured {time.strftime('%Y-%m-%d')}: {head} at the start.", ""]
    for group in dict.fromkeys(found["group"] for found in ROWS):
        lines += [f"## {group.capitalize()}", "", "| what | tool | figure | remark |", "|---|---|---|---|"]
        for found in (found for found in ROWS if found["group"] == group):
            figure = "—" if found["value"] is None else f"{found['value']:,.2f} {found['unit']}"
            lines.append(f"| {found['what']} | {found['tool']} | {figure} | {found['note']} |")
        lines.append("")
    return "\n".join(lines)


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal")) / 1024 / 1024
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB, Linux {platform.release()}, load {os.getloadavg()[0]:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reprise", required=True)
    groups = ["startup", "trivial", "listing", "snapshot", "data", "metrics", "serve", "containers", "slurm", "kubernetes"]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which groups; all by default: {', '.join(groups)}")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--peer-runs", type=int, default=10)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--gib", type=int, default=2)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=3, help="how long each call is sent to a tracking server")
    parser.add_argument("--turns", type=int, default=20, help="how often a run in a container and the engine's own command take turns")
    parser.add_argument("--container-runs", type=int, default=100, help="how many runs of one image share two slots")
    parser.add_argument("--slurm-runs", type=int, nargs="+", default=[100, 1000], help="how many runs Slurm gets at once, for each turn of its group")
    parser.add_argument("--kubernetes-runs", type=int, nargs="+", default=[1, 20], help="how many runs Kubernetes gets at once, for each turn of its group")
    parser.add_argument("--kubernetes-turns", type=int, default=3, help="how often Reprise and `kubectl` take turns")
    parser.add_argument("--slurm-turns", type=int, default=3, help="how often Reprise and the array written by hand take turns")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--markdown", help="write the figures to this file as a page of the documents")
    options = parser.parse_args()
    for name in options.names:
        if name not in groups:
            parser.error(f"no group `{name}`; there are {', '.join(groups)}")
    options.reprise = str(pathlib.Path(options.reprise).resolve())
    head = f"Reprise {run(options.reprise, '--version').stdout.strip()} on {machine()}"
    print(head)
    with tempfile.TemporaryDirectory(prefix="reprise-bench-") as scratch:
        bench = Bench(options, pathlib.Path(scratch))
        for name in options.names or groups:
            getattr(bench, name)()
    if options.markdown:
        pathlib.Path(options.markdown).write_text(page(head))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"machine": machine(), "rows": ROWS}, indent=2))


if __name__ == "__main__":
    main()
