"""A project in which `reprise` is started as a person starts it."""

import contextlib
import json
import os
import pathlib
import signal

from patience import PATIENCE, Failed, until


class Project:
    """A folder with an experiment, a home, and a store."""

    def __init__(self, world, place, binary):
        self.world, self.place, self.binary = world, place, binary
        self.folder, self.store = place / "project", place / "project" / ".reprise"
        self.started = []
        self.write("reprise.yaml", world.site(place))
        self.write(".gitignore", ".reprise/\n")

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        for parent in reversed([one for one in path.parents if self.folder in one.parents]):
            if not parent.exists():
                parent.mkdir()
                self.world.own(parent)
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        path.chmod(mode)
        self.world.own(path)
        return path

    @property
    def variables(self):
        return {"HOME": str(self.place / "home"), "TMPDIR": str(self.place / "tmp")}

    def start(self, *arguments, variables=None, **options):
        process = self.world.popen([self.binary, *arguments], folder=self.folder, variables={**self.variables, **(variables or {})}, **options)
        self.started.append(process)
        return process

    def reprise(self, *arguments, expecting=0, variables=None, timeout=PATIENCE):
        done = self.world.run(self.binary, *arguments, folder=self.folder, variables={**self.variables, **(variables or {})}, check=False, timeout=timeout)
        if expecting is not None and done.returncode != expecting:
            raise Failed(f"{self.world.name}: `reprise {' '.join(map(str, arguments))}` ended with {done.returncode}, not {expecting}:\n{done.stdout}{done.stderr}"
                         + self.trace())
        return done

    def json(self, *arguments, **options):
        """What a verb prints with `--json`: a value, or a list where it prints several."""
        text = self.reprise(*arguments, "--json", **options).stdout
        values, decoder, at = [], json.JSONDecoder(), 0
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at].isspace():
                at += 1
        return values[0] if len(values) == 1 else values

    def trace(self):
        """What the runs' folders say of how they went."""
        names = ("engine.log", "slurm.log", "stdout.log", "stderr.log", "exit.json")
        found = [path for pattern in ("runs/*/*", "runs/*/steps/**/*") for path in sorted(self.store.glob(pattern)) if path.name in names]
        told = "".join(f"{path.relative_to(self.store)}: {path.read_text(errors='replace')[-600:]}\n" for path in found[-12:])
        if self.store.exists():
            told += self.world.run(self.binary, "show", "@last", folder=self.folder, variables=self.variables, check=False).stdout
        return told

    def runs(self):
        return self.json("list", "--limit", "100000")

    def show(self, run="@last"):
        return self.json("show", run)

    def states(self):
        """How the runs stand, for a person."""
        return [(run["state"], run["reason"]) for run in self.runs()]

    def begun(self, number=1):
        """Waits until so many runs have written `begun` as their first line, as far as it is known here."""
        def have_begun():
            return sum(path.read_text(errors="replace").startswith("begun\n") for path in self.store.glob("runs/*/stdout.log")) >= number

        until(have_begun, lambda: f"{self.world.name}: it does not begin: {self.states()}\n{self.trace()}")

    def engine(self, *arguments, check=True):
        """The engine's own command, with this project's home."""
        return self.world.run(self.world.engine, *arguments, folder=self.folder, variables=self.variables, check=check)

    def supervisor(self):
        """The process that supervises the store, or None."""
        try:
            process = int((self.store / "supervisor.lock").read_text().split()[0])
            # The number of one that has ended may by now be that of another trial's.
            is_ours = str(self.place).encode() in pathlib.Path(f"/proc/{process}/environ").read_bytes()
            return process if is_ours and pathlib.Path(f"/proc/{process}/comm").read_text().strip() == "reprise" else None
        except (OSError, ValueError, IndexError):
            return None

    def settle(self):
        """Waits until no supervisor of this store is left; one in the background ends by itself."""
        until(lambda: not self.supervisor() and all(process.poll() is not None for process in self.started),
              lambda: f"{self.world.name}: a supervisor goes on after its runs have ended")

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        for process in {self.supervisor(), *processes_of(self.place)} - {None}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def processes_of(place):
    """Processes whose words, folder or variables name a folder; where it cannot be read, they are not ours."""
    found, mark = [], str(place).encode()
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if mark in (entry / "cmdline").read_bytes() or mark in (entry / "environ").read_bytes() or str(place) in os.readlink(entry / "cwd"):
                # Podman keeps a process of its own for every user that is not root, with the variables of whoever came first.
                is_podmans = (entry / "cmdline").read_bytes().strip(b"\0").endswith(b"/podman")
                if not is_podmans and not (entry / "status").read_text().split("State:")[1].strip().startswith("Z"):
                    found.append(int(entry.name))
    return found


def words_of(process):
    """A process for a person: its number, and what it was called with."""
    try:
        words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        words = "has ended meanwhile"
    return f"{process} {words.strip()[:300]}"
