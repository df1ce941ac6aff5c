"""The scenarios before the real server and before ours, at the same time."""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading

import servers
from comparison import Comparison

HERE = pathlib.Path(__file__).resolve().parent


def compared(options):
    """Plays every scenario that is wanted, prints what differs, and gives the summary and whether it passed."""
    comparison = Comparison()
    for classic in [False, True] if options.classic else [False]:
        with tempfile.TemporaryDirectory(prefix="reprise-conformance-") as scratch:
            both = Both(options, pathlib.Path(scratch), classic)
            real, ours = both.answers()
            if options.times:
                for side, said in both.said.items():
                    print(f"{side}\n{said}")
            comparison.compare(real, ours, "client of MLflow 2" if classic else "client of MLflow 3")
    comparison.report(whole=not options.names and bool(options.classic))
    return comparison.summary, not comparison.failed


class Both:
    """One client, two servers."""

    def __init__(self, options, scratch, classic):
        self.options, self.classic = options, classic
        self.player = options.classic if classic else options.python
        self.scratch = scratch
        self.cache = kept(options.names, classic, [options.python, self.player])
        self.failures, self.said = [], {}

    def answers(self):
        sides = [threading.Thread(target=self.guarded, args=(side,)) for side in (self.ours, self.real)]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        if self.failures:
            raise self.failures[0]
        return json.loads(self.cache.read_text()), json.loads((self.scratch / "ours.json").read_text())

    def guarded(self, side):
        try:
            side()
        except Exception as error:
            self.failures.append(error)

    def ours(self):
        server = servers.reprise(self.options.reprise, self.scratch / "reprise")
        self.said["ours"] = self.played(server, self.scratch / "ours.json")

    def real(self):
        if self.cache.exists() and not self.options.afresh:
            return
        asked = self.scratch / "real.json"
        self.said["real"] = self.played(servers.mlflow(self.options.python, self.scratch / "mlflow"), asked)
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.cache.with_suffix(f".{os.getpid()}.tmp")
        unfinished.write_text(asked.read_text())
        unfinished.replace(self.cache)

    def played(self, server, answers):
        """What the player says; the answers of the server, which is not started yet, are in the file afterwards."""
        with server:
            command = [self.player, HERE / "player.py", server.uri, answers, *(["--classic"] if self.classic else []), *self.options.names]
            done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
            if done.returncode != 0:
                raise servers.ServerBroke(f"the player against {server.name} ended with {done.returncode}:\n{done.stdout[-3000:]}")
            if not server.alive():
                raise servers.ServerBroke(f"{server.name} ended while it was played against:\n{server.tail()}")
            return done.stdout


def kept(names, classic, pythons):
    """Where the real server's answers to these very scenarios are kept."""
    digest = hashlib.sha256(repr((sorted(names), classic, [str(python) for python in pythons])).encode())
    for file in sorted([*HERE.glob("scenarios/*.py"), *map(HERE.joinpath, ["plain.py", "stage.py", "player.py", "servers.py"])]):
        digest.update(file.read_bytes())
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return cache / "reprise-conformance" / "answers" / f"{digest.hexdigest()[:20]}.json"
