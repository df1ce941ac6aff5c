"""What a cluster of Kubernetes does to pods, and what its API server does to those who ask: each becomes a state with its reason."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import time

from clusters.gate import Gate
from obstacles import refused
from patience import Failed, ending, until
from trying import NotHere, all_of

LONG = "command: 'echo begun; sleep 1800; sleep 1800'\n"
NUMBERS = itertools.count(1)

LIMITS = """
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, min: {cpu: 100m}, max: {memory: 200Mi}}]}
"""
QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {limits.memory: 200Mi}}
"""


@contextlib.contextmanager
def namespace(world, objects=""):
    """A namespace of its own, with objects in it; options that make it the target's."""
    if world.half != "root":
        raise NotHere("only root may make namespaces")
    name = f"reprise-trial-{os.getpid()}-{next(NUMBERS)}"
    kubectl(world, "create", "namespace", name)
    try:
        if objects:
            file = pathlib.Path("/tmp") / f"{name}.yaml"
            file.write_text(objects)
            kubectl(world, "create", "-n", name, "-f", file)
            file.unlink()
        until(lambda: kubectl(world, "get", "serviceaccounts", "-n", name, "-o", "name"), lambda: "the namespace gets no service account")
        yield name, ["--set", f"targets.here.namespace={name}"]
    finally:
        world.run("kubectl", "delete", "namespace", name, "--wait=false", check=False)


def kubectl(world, *words):
    return world.run("kubectl", *words).stdout


def pod_of(world, name):
    return kubectl(world, "get", "pods", "-n", name, "-o", "name").split()[-1].removeprefix("pod/")


def expect(project, state, words, *, wait=True):
    if wait:
        project.reprise("wait", "--all", "--quiet", expecting=None)
    shown = project.show()
    reason = shown.get("reason") or ""
    if shown["state"] != state or words not in reason:
        raise Failed(f"{shown['state']}, {reason}; expected {state}, {words}\n{project.trace()}")


def disturbed(do, state, words, more=""):
    """A trial in which something is done to the pod of a run."""

    def trial(world, options):
        with world.project(options) as project, namespace(world) as (name, settings):
            project.write("long.exp.yaml", LONG + more)
            project.reprise("run", "long.exp.yaml", "--detach", "--quiet", *settings)
            project.begun()
            do(world, name)
            expect(project, state, words)

    return trial


def evict(world, name):
    pod = pod_of(world, name)
    eviction = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": pod, "namespace": name}}
    file = pathlib.Path("/tmp") / f"{name}.json"
    file.write_text(json.dumps(eviction))
    kubectl(world, "create", "--raw", f"/api/v1/namespaces/{name}/pods/{pod}/eviction", "-f", file)
    file.unlink()


def delete_pod(world, name):
    kubectl(world, "delete", "pod", "-n", name, pod_of(world, name), "--wait=false")


def force_pod(world, name):
    kubectl(world, "delete", "pod", "-n", name, pod_of(world, name), "--grace-period=0", "--force")


def limit_job(world, name):
    job = kubectl(world, "get", "jobs", "-n", name, "-o", "name").split()[0]
    kubectl(world, "patch", "-n", name, job, "--type=merge", "-p", '{"spec":{"activeDeadlineSeconds":1}}')


def limit_pod(world, name):
    kubectl(world, "patch", "-n", name, "pod", pod_of(world, name), "--type=merge", "-p", '{"spec":{"activeDeadlineSeconds":1}}')


def delete_namespace(world, name):
    kubectl(world, "delete", "namespace", name, "--wait=false")


def evicted_twice(world, options):
    """A run that may be preempted is tried again, with what the first try left out of the way."""
    with world.project(options) as project, namespace(world) as (name, settings):
        project.write("again.exp.yaml", "command: 'echo begun; test $REPRISE_ATTEMPT = 2 || sleep 1800; echo done'\nretry: {attempts: 2, on: [preempted]}\n")
        project.reprise("run", "again.exp.yaml", "--detach", "--quiet", *settings)
        project.begun()
        evict(world, name)
        expect(project, "finished", "")


def quota_waits(world, options):
    """The quota has room for one run at a time: the others wait, and say so."""
    with world.project(options) as project, world.tally(project) as tally, namespace(world, QUOTA) as (name, settings):
        project.write("two.exp.yaml", f"command: |\n  {tally.hold}\nparameters: {{index: 0}}\nsweep: {{grid: {{index: [1, 2]}}}}\nresources: {{memory: 80MiB}}\n")
        said = project.place / "said"
        with said.open("w") as file:
            process = project.start("run", "two.exp.yaml", *settings, stdout=file, stderr=subprocess.STDOUT)
        until(lambda: "waits for the quota: exceeded quota: quota" in said.read_text(), said.read_text)
        tally.let_go()
        ending(process)
        if process.returncode != 0 or "pods \"" in said.read_text():
            raise Failed(f"{process.returncode}: {said.read_text()}")


def quota_refused(world, options):
    for demand, words in (("{memory: 1GiB}", "the quota of target `here`"), ("{cpus: 1}", "must specify limits.memory")):
        with world.project(options) as project, namespace(world, QUOTA) as (name, settings):
            project.write("plain.exp.yaml", f"command: 'true'\nresources: {demand}\n")
            refused(project, "plain.exp.yaml", words, arguments=settings)


def limits_kept(world, options):
    """The container that keeps a run's files is within the namespace's limits; a run that is not is refused."""
    with world.project(options) as project, namespace(world, LIMITS) as (name, settings):
        project.write("plain.exp.yaml", "command: 'true'\nresources: {memory: 100MiB, cpus: 1}\n")
        project.reprise("run", "plain.exp.yaml", "--quiet", *settings)
        expect(project, "finished", "", wait=False)
    with world.project(options) as project, namespace(world, LIMITS) as (name, settings):
        project.write("plain.exp.yaml", "command: 'true'\nresources: {memory: 1GiB, cpus: 1}\n")
        refused(project, "plain.exp.yaml", "maximum memory usage per Container is 200Mi", arguments=settings)


def too_large(world, options):
    """No node has that much, and the cluster makes none."""
    if world.half != "root":
        raise NotHere("only root may look at nodes")
    with world.project(options) as project:
        project.write("plain.exp.yaml", "command: 'true'\nresources: {cpus: 500}\n")
        refused(project, "plain.exp.yaml", "500 processors; the largest has")


def behind_gate(how, pause):
    """The API server cannot be asked for a while, in the middle of a sweep."""

    def trial(world, options):
        text = pathlib.Path(world.variables["KUBECONFIG"]).read_text()
        server = re.search(r"https://127\.0\.0\.1:(\d+)", text)
        with world.project(options) as project, world.tally(project) as tally, Gate("127.0.0.1", int(server[1])) as gate:
            project.write("kubeconfig", text.replace(server[0], f"https://127.0.0.1:{gate.port}"), mode=0o600)
            project.write(".gitignore", ".reprise/\nkubeconfig\n")
            project.write("few.exp.yaml", f"command: |\n  echo begun\n  {tally.hold}\n  exit $(({{{{ index }}}} % 2))\nparameters: {{index: 0}}\nsweep: {{grid: {{index: 'range(0, 6)'}}}}\n")
            variables = {"KUBECONFIG": str(project.folder / "kubeconfig")}
            sweep = project.start("run", "few.exp.yaml", "--quiet", variables=variables)
            project.begun()
            gate.how = how
            if how == "shut":
                gate.cut()
            # The runs end while it cannot be asked.
            tally.let_go()
            time.sleep(pause)
            gate.how = "open"
            ending(sweep)
            found = sorted((run["state"], run["exitStatus"]) for run in project.runs())
            if found != [("failed", 1)] * 3 + [("finished", 0)] * 3:
                raise Failed(f"{[(run['state'], run.get('reason')) for run in project.runs()]}")

    return trial


PREEMPTED = "preempted"
TRIALS = {
    "a pod evicted": disturbed(evict, "failed", PREEMPTED),
    "a pod evicted, and tried again": evicted_twice,
    "a pod deleted": disturbed(delete_pod, "failed", PREEMPTED),
    "a pod deleted by force": disturbed(force_pod, "failed", PREEMPTED),
    "the namespace deleted": disturbed(delete_namespace, "failed", "deleted from the cluster"),
    "a deadline of the Job": disturbed(limit_job, "failed", "the cluster's own deadline"),
    "a deadline of the pod": disturbed(limit_pod, "failed", "the cluster's own deadline"),
    "a quota that is used up": quota_waits,
    "a quota that is too small": quota_refused,
    "limits of a namespace": limits_kept,
    "more than any node has": too_large,
    "an API server that refuses": behind_gate("shut", 12),
    "an API server that says nothing": behind_gate("silent", 15),
    "an API server that is slow": behind_gate("slow", 15),
}


def tried(options):
    return all_of(lambda world: TRIALS if type(world).__name__ == "Kubernetes" else {}, options.worlds, options)
