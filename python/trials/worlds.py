"""Engines for a user, and projects in which `reprise` is started as a person starts it."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from patience import PATIENCE, Failed, until
from project import Project, processes_of, words_of
from tally import BesideWork, InFolder

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ENGINES = REPOSITORY / "engines" / "engines.sh"
PERSON = "reprise-test"
# What was told to end is busy with that, for seconds; what lasts longer is left behind.
SHORT = 120
# The projects of trials that are under way.
LIVING = set()


class World:
    """An engine as root or as a normal user. `engine` is None where steps run as processes."""

    is_elsewhere = False

    def __init__(self, name, engine, half):
        self.name, self.engine, self.half = name, engine, half
        self.identity = None
        if half == "user" and os.geteuid() == 0:
            person = pwd.getpwnam(PERSON)
            self.identity = (person.pw_uid, person.pw_gid)
        self.variables = engine_variables(half)

    @property
    def uid(self):
        return self.identity[0] if self.identity else os.geteuid()

    @property
    def target(self):
        """The lines of a site file that make this world's engine the target."""
        return self.site(None)

    def site(self, place):
        return f"target: here\ntargets:\n  here: {{{self.settings(place)}}}\n"

    def settings(self, place):
        """What the site says of the target; `place` is the project's own folder, for worlds that need one."""
        kinds = {None: "kind: process", "apptainer": "kind: apptainer"}
        return kinds.get(self.engine, f"kind: container, engine: {self.engine}") + ", slots: 2"

    def popen(self, command, *, folder="/", variables=None, **options):
        if self.identity:
            options.update(user=self.identity[0], group=self.identity[1], extra_groups=[])
        environment = {**self.variables, **(variables or {})}
        return subprocess.Popen([str(word) for word in command], cwd=folder, env={k: v for k, v in environment.items() if v is not None},
                                stdin=subprocess.DEVNULL, **options)

    def run(self, *command, folder="/", variables=None, check=True, timeout=PATIENCE):
        process = self.popen(command, folder=folder, variables=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as late:
            process.kill()
            out, err = process.communicate()
            raise Failed(f"{self.name}: `{' '.join(map(str, command))}` does not end within {timeout} s:\n{out}{err}") from late
        done = subprocess.CompletedProcess(command, process.returncode, out, err)
        if check and done.returncode != 0:
            raise Failed(f"{self.name}: `{' '.join(map(str, command))}` ended with {done.returncode}:\n{out}{err}")
        return done

    def containers(self):
        """The names of all containers that its engine has, running or not."""
        if self.engine not in ("podman", "docker"):
            return set()
        return set(self.run(self.engine, "ps", "-a", "--format", "{{.Names}}").stdout.split())

    @contextlib.contextmanager
    def tally(self, project):
        """What counts and holds executions in a project."""
        yield BesideWork(project.store) if self.engine else InFolder(project.place / "notes")

    @contextlib.contextmanager
    def project(self, options):
        """A project with a home of its own. Nothing may be left of it in the engine or among the processes."""
        before = self.containers()
        place = pathlib.Path(tempfile.mkdtemp(prefix="reprise-trial-", dir=self.variables.get("TRIALS")))
        for part in (place, place / "home", place / "project", place / "tmp"):
            part.mkdir(exist_ok=True)
            self.own(part)
        place.chmod(0o755)
        project = Project(self, place, options.reprise)
        LIVING.add(project)
        try:
            yield project
            project.settle()
            self.expect_nothing_left(place, before)
        finally:
            LIVING.discard(project)
            project.end()
            for name in self.containers() - before:
                self.run(self.engine, "rm", "-f", name, check=False)
            if not options.keep:
                shutil.rmtree(place, ignore_errors=True)

    def expect_nothing_left(self, place, before):
        # An engine may still be busy with what it was told to remove.
        until(lambda: not self.containers() - before, lambda: f"{self.name}: containers are left: {', '.join(sorted(self.containers() - before))}", patience=SHORT)
        until(lambda: not processes_of(place), lambda: f"{self.name}: processes are left: {[words_of(process) for process in processes_of(place)]}", patience=SHORT)
        until(lambda: not mounts_of(place), lambda: f"{self.name}: mounts are left: {mounts_of(place)}", patience=SHORT)

    def own(self, path):
        if self.identity:
            os.chown(path, *self.identity)


def engine_variables(half):
    """The variables of a person who has just logged in, and those of the engines."""
    script = f'eval "$({ENGINES} env {half})"; exec env -0'
    told = subprocess.run(["bash", "-c", script], env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **kept("REPRISE_ENGINES", "XDG_CACHE_HOME")},
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    wanted = ("PATH", "CONTAINERS_", "DOCKER_", "XDG_RUNTIME_DIR", "REPRISE_TEST_", "SLURM_CONF", "KUBECONFIG", "AWS_")
    variables = dict(line.split("=", 1) for line in told.split("\0") if line.startswith(wanted))
    variables.update(LANG="C.UTF-8", NO_COLOR="1", COLUMNS="120")
    if half == "user" and os.geteuid() == 0:
        # Root's own temporary folder may be closed to others.
        variables["TRIALS"] = str(pathlib.Path(variables["REPRISE_TEST_IMAGES"]).parent / "user" / "tmp")
    return variables


def mounts_of(place):
    return [line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines() if str(place) in line]


def kept(*names):
    return {name: os.environ[name] for name in names if name in os.environ}


def standing():
    """What `engines.sh status` says: {(engine, half): words}."""
    lines = subprocess.run([ENGINES, "status"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return {tuple(line.split()[:2]): line.split(None, 2)[2] for line in lines}


def worlds(names=None):
    """The worlds that can be entered, and {name: reason} of those that cannot."""
    found, absent, status = [], {}, standing()
    halves = ("root", "user") if os.geteuid() == 0 else ("user",)
    found.append(World("process", None, halves[0]))
    for engine in ("podman", "docker", "apptainer"):
        for half in ("root", "user"):
            name = f"{engine} as {half}"
            words = status.get((engine, half), "down")
            if words.startswith("up") and half in halves:
                found.append(World(name, engine, half))
            elif engine != "docker" or half == "root":
                absent[name] = words.removeprefix("skipped: ")
    chosen = [world for world in found if not names or world.name in names or world.engine in names]
    return chosen, absent
