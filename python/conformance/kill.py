"""Several clients write, the server is killed at random moments: what it acknowledged is there afterwards, once."""

import contextlib
import hashlib
import http.client
import json
import pathlib
import random
import sqlite3
import tempfile
import threading
import time
import urllib.parse

import servers

WRITERS = 6
POINTS = 40


def killed(options):
    """Kills the server as often as asked for; the summary and whether everything was there."""
    with tempfile.TemporaryDirectory(prefix="reprise-kill-") as scratch:
        folder = pathlib.Path(scratch)
        server = servers.reprise(options.reprise, folder)
        server.start()
        try:
            experiment = Client(server).post("experiments/create", {"name": "killed"})["experiment_id"]
            writers = [Writer(server, experiment, index) for index in range(WRITERS)]
            for writer in writers:
                writer.thread.start()
            openings = storm(server, options.kills, random.Random())
            for writer in writers:
                writer.stop.set()
            for writer in writers:
                writer.thread.join(60)
            server.kill()
            openings.append(server.start())
            failures = [failure for writer in writers for failure in writer.missing(Client(server))]
        finally:
            server.stop()
        failures += [f"writer {writer.index} broke: {writer.broken}" for writer in writers if writer.broken]
        failures += damage(folder)
    for failure in failures[:40]:
        print(f"  ✘ {failure}")
    points, requests, again = (sum(getattr(writer, name) for writer in writers) for name in ("points", "acknowledged", "repeated"))
    if not points or not again:
        failures.append("no write was interrupted")
    return (f"{len(openings)} kills under {WRITERS} writers, {requests} acknowledged requests ({points} points), {again} sent again, {len(failures)} lost or doubled, "
            f"answers {min(openings) * 1000:.0f}–{max(openings) * 1000:.0f} ms after a start"), not failures


def storm(server, kills, source):
    """Kills and starts the server; seconds from each start to the first answer."""
    openings = []
    for _ in range(kills):
        time.sleep(source.uniform(0.1, 1.2))
        server.kill()
        openings.append(server.start())
    return openings


def damage(folder):
    """What SQLite itself finds wrong with the database."""
    with contextlib.closing(sqlite3.connect(folder / ".reprise" / "reprise.db")) as database:
        found = [row[0] for row in database.execute("PRAGMA integrity_check")]
        return [] if found == ["ok"] else [f"integrity_check: {line}" for line in found]


class Client:
    """Sends a request until it is answered, as MLflow's client does: on a lost connection and on 5xx it sends it again."""

    def __init__(self, server):
        self.server, self.connection, self.repeated = server, None, 0

    def post(self, path, body):
        return json.loads(self.send("POST", "/api/2.0/mlflow/" + path, json.dumps(body).encode()))

    def get(self, path, **query):
        return json.loads(self.send("GET", f"/api/2.0/mlflow/{path}?{urllib.parse.urlencode(query)}", None))

    def send(self, method, target, body):
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
                self.connection.request(method, target, body=body, headers={"Content-Type": "application/json"})
                response = self.connection.getresponse()
                status, data = response.status, response.read()
            except (OSError, http.client.HTTPException):
                status, data = 503, b"no answer"
                if self.connection:
                    self.connection.close()
                self.connection = None
            if status < 400:
                return data
            if status < 500 or time.monotonic() > deadline:
                raise servers.ServerBroke(f"{method} {target} answers {status}: {data[:300]!r}")
            self.repeated += 1
            time.sleep(0.01)


class Writer:
    """Writes to a run of its own, and keeps what was acknowledged."""

    def __init__(self, server, experiment, index):
        self.client, self.experiment, self.index = Client(server), experiment, index
        self.stop, self.broken = threading.Event(), None
        self.points = self.acknowledged = 0
        self.params, self.tags, self.artifacts, self.runs = {}, {}, {}, []
        self.run = self.root = None
        self.thread = threading.Thread(target=self.work, daemon=True)

    @property
    def repeated(self):
        return self.client.repeated

    def work(self):
        try:
            self.begin()
            while not self.stop.is_set():
                self.turn(self.acknowledged)
        except Exception as error:
            self.broken = f"{type(error).__name__}: {error}"

    def begin(self):
        made = self.client.post("runs/create", {"experiment_id": self.experiment, "run_name": f"writer {self.index}"})["run"]["info"]
        self.run, self.root = made["run_id"], made["artifact_uri"].removeprefix("mlflow-artifacts:/")

    def turn(self, turn):
        first = self.points
        metrics = [{"key": "loss", "value": step / 3, "timestamp": 1_000_000 + step, "step": step} for step in range(first, first + POINTS)]
        name = f"{turn:06}"
        self.client.post("runs/log-batch", {"run_id": self.run, "metrics": metrics, "params": [{"key": f"p{name}", "value": name}], "tags": [{"key": "turn", "value": name}]})
        self.points, self.acknowledged = first + POINTS, self.acknowledged + 1
        self.params[f"p{name}"], self.tags["turn"] = name, name
        if turn % 5 == 0:
            data = hashlib.sha512(f"{self.index} {turn}".encode()).digest() * 100
            self.client.send("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{self.root}/files/{name}.bin", data)
            self.artifacts[f"files/{name}.bin"] = data
        if turn % 7 == 0:
            self.client.post("runs/set-tag", {"run_id": self.run, "key": f"t{name}", "value": "v"})
            self.tags[f"t{name}"] = "v"
        if turn % 9 == 0:
            self.runs.append(self.client.post("runs/create", {"experiment_id": self.experiment, "run_name": f"of writer {self.index}, {name}"})["run"]["info"]["run_id"])

    def missing(self, client):
        """What was acknowledged and is not there, or there twice."""
        if not self.run:
            return
        steps = self.steps(client)
        # The batch under way when the writer was told to stop was acknowledged, too: writers stop between requests.
        lost, extra = set(range(self.points)) - set(steps), [step for step in steps if step >= self.points + POINTS]
        if lost:
            yield f"writer {self.index}: {len(lost)} of {self.points} points are lost, the first is {min(lost)}"
        if len(steps) != len(set(steps)):
            yield f"writer {self.index}: {len(steps) - len(set(steps))} points are there twice"
        if extra:
            yield f"writer {self.index}: points that nobody sent: {extra[:5]}"
        data = client.get("runs/get", run_id=self.run)["run"]["data"]
        for kind, wanted in {"params": self.params, "tags": self.tags}.items():
            found = {item["key"]: item["value"] for item in data.get(kind, [])}
            lost = [key for key, value in wanted.items() if found.get(key) != value]
            if lost:
                yield f"writer {self.index}: {len(lost)} {kind} are lost or wrong: {lost[:5]}"
        for path, data in self.artifacts.items():
            if client.send("GET", f"/api/2.0/mlflow-artifacts/artifacts/{self.root}/{path}", None) != data:
                yield f"writer {self.index}: artifact {path} is not what was sent"
        for run in self.runs:
            if client.get("runs/get", run_id=run)["run"]["info"]["run_id"] != run:
                yield f"writer {self.index}: run {run} is lost"

    def steps(self, client):
        found, token = [], None
        while True:
            page = client.get("metrics/get-history", run_id=self.run, metric_key="loss", max_results=25_000, **({"page_token": token} if token else {}))
            for point in page.get("metrics", []):
                if point["value"] != point["step"] / 3:
                    raise servers.ServerBroke(f"step {point['step']} has the value {point['value']}")
                found.append(point["step"])
            token = page.get("next_page_token")
            if not token:
                return found
