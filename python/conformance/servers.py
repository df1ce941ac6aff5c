"""Tracking servers in processes of their own, each on a fresh store in a folder of its own."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


class ServerBroke(Exception):
    """A server that did not start, or ended by itself; the message ends with what it said last."""


class Server:
    """`with Server(…) as server:` starts it, waits until it answers, and ends it with everything it started."""

    def __init__(self, name, command, folder, environment=None):
        self.name, self.folder = name, pathlib.Path(folder)
        self.port = free_port()
        self.command = [str(part).replace("{port}", str(self.port)) for part in command]
        self.environment = {**os.environ, **(environment or {})}
        self.uri = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / f"{name}.log"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, patience=90):
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        began = time.monotonic()
        while not self.answers():
            if self.process.poll() is not None:
                raise ServerBroke(f"`{' '.join(self.command)}` ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() - began > patience:
                self.stop()
                raise ServerBroke(f"`{' '.join(self.command)}` does not answer after {patience} s:\n{self.tail()}")
            time.sleep(0.005)
        return time.monotonic() - began

    def answers(self):
        try:
            with urllib.request.urlopen(self.uri + "/health", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a power cut does: the process has no chance to do anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, patience=15):
        if not self.alive():
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory(self):
        """Resident bytes of the server and everything it started."""
        return sum(resident(process) for process in tree(self.process.pid))

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def reprise(binary, folder, *options):
    """`reprise serve` on a fresh store."""
    folder = pathlib.Path(folder)
    return Server("reprise", [binary, "serve", "--port", "{port}", *options], folder, {"REPRISE_HOME": str(folder / ".reprise")})


def mlflow(python, folder, workers=1):
    """The real server with its own database. Its runner of jobs is a second process that tracking does not need."""
    folder = pathlib.Path(folder)
    return Server("mlflow", [pathlib.Path(python).with_name("mlflow"), "server", "--host", "127.0.0.1", "--port", "{port}", "--workers", workers,
                             "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder / "artifacts"], folder,
                  {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(root):
    """The process and all its descendants."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def resident(process):
    try:
        return int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
