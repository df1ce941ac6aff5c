"""Measures tracking servers side by side: Reprise, MLflow with one and four workers, FastTrackML.

Every server gets the same requests from the same generator (load.c), which keeps its connections open and is far quicker
than any of them. What an acknowledged write means differs, as `strace -f -e fsync,fdatasync` shows: Reprise and MLflow have
it on the disk (MLflow 3.17.2 with four calls for a run that is created), FastTrackML 0.6.0 leaves it to the kernel (three
calls in two hundred creations), so that a loss of power loses it.
"""
import concurrent.futures, contextlib, http.client, json, os, pathlib, shutil, signal, socket, sqlite3, subprocess, time, urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
API = "/api/2.0/mlflow/"
RUNS = 10_000
POINTS = 100_000
MEGABYTES = 10


class Server:
    """A tracking server of its own, with an empty database, in a folder of its own."""

    def __init__(self, name, command, folder, variables=None, proxies_artifacts=True):
        self.name, self.folder, self.proxies_artifacts = name, folder, proxies_artifacts
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        words = [str(word).replace("PORT", str(self.port)).replace("FOLDER", str(folder)) for word in command]
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(words, cwd=folder, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                        start_new_session=True, env={**os.environ, **(variables or {})})

    def wait(self):
        for _ in range(600):
            with contextlib.suppress(OSError):
                if self.ask("GET", "/health")[0] == 200:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer: {(self.folder / 'log').read_text()[-400:]}")

    def ask(self, method, target, content=None, connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = None if content is None else json.dumps(content)
        own.request(method, target, body, {"Content-Type": "application/json"} if body else {})
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        return answer.status, text

    def call(self, name, connection=None, /, **fields):
        status, text = self.ask("POST", API + name, fields, connection)
        if status != 200:
            raise RuntimeError(f"{self.name}: {name} answered {status}: {text[:300]!r}")
        return json.loads(text or b"{}")

    def memory(self):
        """MiB of memory that the server's processes hold, shared pages counted once."""
        total = 0
        for process in self.tree():
            with contextlib.suppress(OSError, StopIteration):
                lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
                total += int(next(line.split()[1] for line in lines if line.startswith("Pss:")))
        return total / 1024

    def tree(self):
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.getsid(int(entry.name)) == self.process.pid:
                        yield int(entry.name)

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        for process in list(self.tree()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()
        self.log.close()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Load:
    """One server under the generator."""

    def __init__(self, generator, server, scratch, seconds):
        self.generator, self.server, self.scratch, self.seconds = generator, server, scratch, seconds
        self.experiment = server.call("experiments/create", name="bench")["experiment_id"]
        self.targets = self.runs(64)

    def runs(self, count):
        return [self.new_run() for _ in range(count)]

    def new_run(self, connection=None, experiment=None):
        made = self.server.call("runs/create", connection, experiment_id=experiment or self.experiment, start_time=1_700_000_000_000)
        return made["run"]["info"]["run_id"]

    def measure(self, template, connections, words=(), most=0):
        file = self.scratch / "template"
        file.write_text(template)
        listing = self.scratch / "words"
        listing.write_text("\n".join(words) + "\n")
        command = [self.generator, "127.0.0.1", self.server.port, connections, self.seconds, most, file] + ([listing] if words else [])
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, timeout=300)
        return json.loads(done.stdout)

    def post(self, name, body):
        return f"POST {API}{name}\nContent-Type: application/json\n\n{body}"

    def fill(self, experiment, count):
        """Runs with five parameters, five metrics and five tags each."""
        def part(numbers):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            for number in numbers:
                run = self.new_run(connection, experiment)
                self.server.call("runs/log-batch", connection, run_id=run, **details(number))
            connection.close()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(part, [range(start, count, 8) for start in range(8)]))


def details(number):
    fraction = (number * 2_654_435_761 % 2**32) / 2**32
    return {
        "metrics": [{"key": f"metric{index}", "value": fraction + index, "timestamp": 1_700_000_000_000 + number, "step": 1} for index in range(5)],
        "params": [{"key": f"param{index}", "value": str(number % (7 + index))} for index in range(5)],
        "tags": [{"key": f"tag{index}", "value": f"value {number % 11}"} for index in range(5)],
    }


POINT = '{"key":"KEY","value":0.{i},"timestamp":{ms},"step":{i}}'


class ServeBench:
    def __init__(self, row, missing, reprise, python, fasttrackml, scratch, seconds=3.0):
        self.row, self.missing, self.scratch, self.seconds = row, missing, scratch, seconds
        self.reprise, self.python, self.fasttrackml = reprise, python, fasttrackml
        self.generator = scratch / "load"
        compiler = next((name for name in ("clang", "cc", "gcc") if shutil.which(name)), None)
        if compiler is None:
            raise SystemExit("bench: a C compiler is needed for the load generator; install clang or gcc")
        subprocess.run([compiler, "-O2", "-o", self.generator, HERE / "load.c"], check=True)

    def systems(self):
        yield "reprise", lambda folder: Server("reprise", [self.reprise, "serve", "--port", "PORT", "--store", "FOLDER/.reprise"], folder)
        for workers in (1, 4):
            yield f"mlflow, {workers} worker{'s' if workers > 1 else ''}", lambda folder, workers=workers: self.mlflow(folder, workers)
        yield "fasttrackml", lambda folder: Server(
            "fasttrackml", [self.fasttrackml, "server", "-a", "127.0.0.1:PORT", "-d", "sqlite://FOLDER/fml.db", "-l", "error",
                            "--default-artifact-root", "FOLDER/artifacts"], folder, proxies_artifacts=False)

    def mlflow(self, folder, workers):
        command = [self.python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "PORT", "--workers", workers,
                   "--backend-store-uri", "sqlite:///FOLDER/mlflow.db", "--artifacts-destination", "FOLDER/artifacts"]
        return Server("mlflow", command, folder, {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONDONTWRITEBYTECODE": ""})

    def run(self, only=None):
        for name, start in self.systems():
            if only and only not in name:
                continue
            needed = {"mlflow": self.python, "fasttrackml": self.fasttrackml}.get(name.split(",")[0], self.reprise)
            if not needed or not os.path.exists(needed):
                self.missing("serve", "tracking server", name, "it could not be installed")
                continue
            server = start(self.scratch / name.replace(" ", "-").replace(",", ""))
            try:
                self.measure(name, Load(self.generator, server.wait(), self.scratch, self.seconds))
            except (RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                self.missing("serve", "tracking server", name, f"{error}"[:200])
            finally:
                server.stop()
                shutil.rmtree(server.folder, ignore_errors=True)

    def measure(self, name, load):
        self.row("serve", "memory at the start", name, load.server.memory(), "MiB", "proportional set size of all its processes")
        for what, template, words, factor, unit in self.writes(load):
            self.over_connections(name, load, what, template, words, factor, unit)
        self.search(name, load)
        self.history(name, load)
        self.artifacts(name, load)
        self.row("serve", "memory at the end", name, load.server.memory(), "MiB", "proportional set size of all its processes")

    def writes(self, load):
        create = '{"experiment_id":"%s","start_time":{ms},"run_name":"bench","tags":[{"key":"mlflow.user","value":"bench"}]}' % load.experiment
        yield "create-run", load.post("runs/create", create), (), 1, "req/s"
        one = POINT.replace("KEY", "loss")
        yield "log-metric", load.post("runs/log-metric", '{"run_id":"{w}",' + one[1:]), load.targets, 1, "req/s"
        for count in (10, 1000):
            keys = [POINT.replace("KEY", f"key{index}") for index in range(10)]
            body = '{"run_id":"{w}","metrics":[{repeat %d}%s{end}]}' % (count // 10, ",".join(keys))
            yield f"log-batch of {count:,} points", load.post("runs/log-batch", body), load.runs(64), count, "points/s"
        full = load.runs(100)
        for number, run in enumerate(full):
            load.server.call("runs/log-batch", run_id=run, **details(number))
        yield "get-run", f"GET {API}runs/get?run_id={{r}}\n\n", full, 1, "req/s"

    def over_connections(self, name, load, what, template, words, factor=1, unit="req/s", counts=(1, 8, 64)):
        patience = 30.0  # seconds of answers; a server that needs them all is not asked the same by more
        for connections in counts:
            label = f"{what}, {connections} connection{'s' if connections > 1 else ''}"
            if patience <= 0:
                self.missing("serve", label, name, "with fewer connections an answer took seconds already")
                continue
            found = load.measure(template, connections, words)
            if found["errors"] or not found["requests"]:
                self.missing("serve", label, name, f"{found['errors']} errors, {found['requests']} answers; first: {found['first_error']}"[:200])
            else:
                remark = f"p50 {found['p50_us'] / 1000:.2f} ms, p99 {found['p99_us'] / 1000:.2f} ms"
                self.row("serve", label, name, found["per_second"] * factor, unit, remark)
            patience -= found["max_us"] / 1e6 * connections

    def search(self, name, load):
        for count in (200, RUNS):
            experiment = load.server.call("experiments/create", name=f"search {count}")["experiment_id"]
            if name.startswith("mlflow") and count > 1000:
                fill_mlflow(load.server.folder / "mlflow.db", experiment, count)
            else:
                load.fill(experiment, count)
            body = json.dumps({"experiment_ids": [experiment], "filter": "metrics.metric0 < 0.5", "order_by": ["metrics.metric1 ASC"], "max_results": 100})
            what = f"search-runs over {count:,} runs, metric filter and order, 100 asked for"
            self.over_connections(name, load, what, load.post("runs/search", body), ())

    def history(self, name, load):
        run = load.new_run()
        for start in range(0, POINTS, 1000):
            metrics = [{"key": "loss", "value": 1 / (step + 1), "timestamp": 1_700_000_000_000 + step, "step": step} for step in range(start, start + 1000)]
            load.server.call("runs/log-batch", run_id=run, metrics=metrics)
        template = f"GET {API}metrics/get-history?run_id={run}&metric_key=loss&max_results=25000\n\n"
        self.over_connections(name, load, f"get-history, a page of 25,000 of {POINTS:,} points", template, (), 25_000, "points/s")

    def artifacts(self, name, load):
        if not load.server.proxies_artifacts:
            return self.missing("serve", f"artifact put and get of {MEGABYTES} MB", name, "it has no artifact proxy on disk")
        content = self.scratch / "artifact"
        content.write_bytes(os.urandom(MEGABYTES * 1_000_000))
        path = f"/api/2.0/mlflow-artifacts/artifacts/{load.experiment}/{load.targets[0]}/artifacts/"
        put = f"PUT {path}file{{c}}.bin\nContent-Type: application/octet-stream\nBody-File: {content}\n\n"
        self.over_connections(name, load, f"artifact put of {MEGABYTES} MB", put, (), MEGABYTES, "MB/s", (1, 8))
        self.over_connections(name, load, f"artifact get of {MEGABYTES} MB", f"GET {path}file0.bin\n\n", (), MEGABYTES, "MB/s", (1, 8))


def fill_mlflow(database, experiment, count):
    """The same runs as `Load.fill` makes, written straight into the database, which the server would need minutes for."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        for number in range(count):
            run, content = f"{number:032x}", details(number)
            insert(connection, "runs", run_uuid=run, name="bench", source_type="UNKNOWN", source_name="", entry_point_name="", user_id="",
                   status="RUNNING", start_time=1_700_000_000_000, source_version="", lifecycle_stage="active",
                   artifact_uri=f"mlflow-artifacts:/{experiment}/{run}/artifacts", experiment_id=experiment)
            for metric in content["metrics"]:
                for table in ("metrics", "latest_metrics"):
                    insert(connection, table, run_uuid=run, is_nan=0, **metric)
            for parameter in content["params"]:
                insert(connection, "params", run_uuid=run, **parameter)
            for tag in content["tags"]:
                insert(connection, "tags", run_uuid=run, **tag)


def insert(connection, table, **columns):
    names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))
