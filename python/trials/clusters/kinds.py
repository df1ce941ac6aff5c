"""Clusters as worlds: what a person writes into a site file for each, what is left at its engine, and how its brain is killed."""

import contextlib
import json
import os
import pathlib
import subprocess

from patience import Failed, until
from project import processes_of
from tally import InFolder, OverHTTP
from worlds import ENGINES, SHORT, World, standing


class Cluster(World):
    """An engine elsewhere, for a user. `kind` is what a site file calls it."""

    is_elsewhere = True
    kind = None
    # Whether jobs see this machine's files where they are.
    shares = True
    # Where jobs that share no files reach this machine.
    hither = "127.0.0.1"
    # Whether it keeps the order of steps, so that a chain goes on with nobody of ours alive.
    orders = False
    # The part of it that decides, by the name under which it was started; None where there is none to kill.
    brain = None

    def __init__(self, name, half):
        super().__init__(f"{name} as {half}", self.kind, half)

    def containers(self):
        return set()

    def lasting(self, project):
        """What the engine still has of a project: lines for a person."""
        return []

    def expect_nothing_left(self, place, before):
        until(lambda: not self.lasting(place), lambda: f"{self.name}: left at the engine: {self.lasting(place)}", patience=2 * SHORT, pause=0.2)
        super().expect_nothing_left(place, before)

    @contextlib.contextmanager
    def tally(self, project):
        if self.shares:
            yield InFolder(project.place / "notes")
        else:
            with OverHTTP(self.hither).listening() as tally:
                yield tally

    # How long a supervisor lives at most before it is killed, in seconds; longer while none hands anything over.
    life = 1

    def can_crash(self):
        return self.brain is not None and os.geteuid() == 0

    def crash(self, project, pause=0):
        """SIGKILL for what decides; then, after a pause, it is started again."""
        subprocess.run([ENGINES, "crash", self.brain, str(pause)], check=True, stdout=subprocess.DEVNULL)


class Slurm(Cluster):
    kind = brain = "slurm"
    orders = True
    # A controller that was killed may believe for minutes that a job runs on which has long ended.
    has_crashed = False

    def crash(self, project, pause=0):
        # The controller hands out a number before it writes it down, and hands out one that it lost again, which nodes take amiss.
        state = pathlib.Path(self.variables["SLURM_CONF"]).parent / "state" / "job_state"
        notes = [path.stat().st_mtime for path in project.store.glob("runs/*/slurm.job")]
        until(lambda: not notes or state.stat().st_mtime >= max(notes), lambda: "slurmctld does not write down what it knows", pause=0.05)
        self.has_crashed = True
        super().crash(project, pause)

    def settings(self, place):
        return "kind: slurm"

    def lasting(self, place):
        if self.has_crashed:
            return []
        told = self.run("scontrol", "--oneliner", "show", "jobs", check=False).stdout.splitlines()
        ended = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "PREEMPTED", "OUT_OF_MEMORY", "NODE_FAIL")
        return [line[:120] for line in told if str(place) in line and not any(f"JobState={state}" in line for state in ended)]


class SlurmBySrun(Slurm):
    """Each run has an `srun` of its own, a process of this machine, which must live through the death of whoever began it."""

    orders = False

    def settings(self, place):
        return "kind: slurm, srun: true"

    def lasting(self, place):
        names = {f"reprise-{path.name}" for path in (place / "project" / ".reprise" / "runs").glob("*")}
        told = self.run("squeue", "--noheader", "--states=PD,CF,R,S,CG", "--format=%j", check=False).stdout.split()
        return [] if self.has_crashed else [name for name in told if name.split(".")[0] in names]


class SlurmOverSSH(Slurm):
    """The same from a machine that shares no files with it: the workspace is a folder that only jobs know."""

    orders = False

    def settings(self, place):
        return f"kind: slurm, ssh: '{self.variables['REPRISE_TEST_SSH']}', workspace: {place}/far"

    def expect_nothing_left(self, place, before):
        # The connection outlives the command by a while, on purpose.
        for process in processes_of(place):
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{process}/comm").read_text().strip() in ("ssh", "sshd"):
                    os.kill(process, 15)
        super().expect_nothing_left(place, before)


class Kubernetes(Cluster):
    kind = brain = "kubernetes"
    shares = False

    @property
    def hither(self):
        return self.variables["REPRISE_TEST_POD_HOST"]

    def settings(self, place):
        return f"kind: kubernetes, slots: 8, {published(self)}"

    def lasting(self, place):
        identity = store_mark(place)
        if not identity:
            return []
        told = self.run("kubectl", "get", "pods,jobs,configmaps,secrets", "-l", f"reprise/store={identity}", "-o", "json", check=False)
        if told.returncode != 0:
            raise Failed(f"{self.name}: {told.stderr}")
        return [f"{item['kind']} {item['metadata']['name']}" for item in json.loads(told.stdout)["items"] if lasts(item)]


class KubernetesWithVolume(Kubernetes):
    """Jobs mount a volume that this machine sees, so that nothing is carried."""

    shares = True

    def __init__(self, name, half):
        super().__init__(name, half)
        self.claim, self.volume = self.variables["REPRISE_TEST_CLAIM"].split(":", 1)
        self.variables["TRIALS"] = self.volume

    def settings(self, place):
        return super().settings(place) + f", volume: '{self.claim}:{self.volume}'"


class Batch(Cluster):
    kind = "aws-batch"
    shares = False
    # Every `aws` takes a second by itself.
    life = 6

    def settings(self, place):
        # All jobs of moto share this machine, where each has one of its own at AWS.
        return (f"kind: aws-batch, slots: 8, queue: {self.variables['REPRISE_TEST_BATCH_QUEUE']}, region: {self.variables['AWS_DEFAULT_REGION']}, "
                f"workspace: '{self.variables['REPRISE_TEST_BATCH_WORKSPACE']}/{place.name}', {published(self)}")

    def aws(self, *words, **options):
        # Older versions of the command do not know AWS_ENDPOINT_URL.
        return self.run("aws", "--endpoint-url", self.variables["AWS_ENDPOINT_URL"], *words, **options)

    def lasting(self, place):
        """What is left in the bucket, but for code and data, which stay."""
        bucket, prefix = self.variables["REPRISE_TEST_BATCH_WORKSPACE"].removeprefix("s3://").split("/", 1)
        told = self.aws("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", f"{prefix}/{place.name}/", "--query", "Contents[].Key", "--output", "json").stdout
        keys = [key.removeprefix(f"{prefix}/{place.name}/") for key in json.loads(told) or []]
        return [key for key in keys if not key.startswith(("code/", "data/"))]


# The name of a world, the engines of `engines.sh` that it needs, and what it is.
KINDS = [("slurm", ["slurm"], Slurm), ("srun", ["slurm"], SlurmBySrun), ("ssh", ["slurm", "ssh"], SlurmOverSSH), ("kubernetes", ["kubernetes"], Kubernetes),
         ("volume", ["kubernetes"], KubernetesWithVolume), ("batch", ["moto"], Batch)]


def worlds(names=None):
    """The clusters that can be entered, and {name: reason} of those that cannot."""
    found, absent, status = [], {}, standing()
    for name, engines, make in KINDS:
        for half in ("root", "user") if os.geteuid() == 0 else ("user",):
            words = [status.get((engine, half), "down") for engine in engines]
            missing = [one for one in words if not one.startswith("up")]
            if missing:
                absent[f"{name} as {half}"] = missing[0].removeprefix("skipped: ")
            elif not names or name in names or f"{name} as {half}" in names:
                found.append(make(name, half))
    return found, absent


def published(world):
    """An image with Python, and where its machines fetch it."""
    return (f"image: 'docker-archive:{world.variables['REPRISE_TEST_IMAGES']}/python.tar', "
            f"images: '{world.variables['REPRISE_TEST_REGISTRY']}/trial'")


def lasts(item):
    """Whether something in Kubernetes still occupies it: a job that has ended waits for its own end of life."""
    if item["kind"] == "Pod":
        return item["status"].get("phase") in ("Pending", "Running")
    return item["kind"] == "Job" and not item["status"].get("conditions")


def store_mark(place):
    """What the objects of a project's store are labelled with."""
    path = place / "project" / ".reprise" / "kubernetes" / "store"
    return path.read_text().strip() if path.exists() else None
