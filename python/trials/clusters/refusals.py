"""What cannot work on a cluster: refused in words before anything is queued, or told as the state and reason that it is."""

import os
import pathlib
import re
import subprocess
import time

from obstacles import path_without, refused, small_disk
from patience import Failed, ending, until
from trying import NotHere, all_of


def plain(project, command="true", more=""):
    project.write("plain.exp.yaml", f"command: '{command}'\n{more}")
    return "plain.exp.yaml"


def changed(**settings):
    """Options that overrule settings of the target."""
    return [word for name, value in settings.items() for word in ("--set", f"targets.here.{name.replace('_', '-')}={value}")]


def unknown_place(world, options):
    """No such partition, namespace or queue."""
    setting = {"slurm": "partition", "kubernetes": "namespace", "aws-batch": "queue"}[world.kind]
    with world.project(options) as project:
        refused(project, plain(project), "nowhere", arguments=changed(**{setting: "nowhere"}))


def unknown_context(world, options):
    with world.project(options) as project:
        refused(project, plain(project), "nowhere", arguments=changed(context="nowhere"))


def unknown_bucket(world, options):
    with world.project(options) as project:
        refused(project, plain(project), "reprise-no-such-bucket", arguments=changed(workspace="s3://reprise-no-such-bucket/work"))


def unknown_option(world, options):
    with world.project(options) as project:
        refused(project, plain(project), "frobnicate", arguments=changed(options="[--frobnicate]"))


def no_rights(world, options):
    if world.kind == "slurm" and world.half == "root":
        raise NotHere("root may do everything")
    with world.project(options) as project:
        arguments = changed(partition="closed") if world.kind == "slurm" else changed(context="guest")
        refused(project, plain(project), "not permitted" if world.kind == "slurm" else "may not", arguments=arguments)


def too_much(world, options):
    """More than any node has, or than the partition gives."""
    with world.project(options) as project:
        refused(project, plain(project, more="resources: {memory: 900GiB}\n"), "memory", "largest")
        refused(project, plain(project, more="resources: {cpus: 999}\n"), "processors", "largest")
        refused(project, plain(project, more="resources: {gpus: 64}\n"), "GPUs", "largest")
        refused(project, plain(project, more="resources: {time: 48h}\n"), "time", "short", arguments=changed(partition="short"))


def queue_with_machines(world, options):
    """More than a queue may start, or any of its machines has; then it is closed."""
    with world.project(options) as project:
        name = "reprise-" + project.place.name
        word = lambda *words: world.aws(*words, "--output", "text").stdout.strip()
        role = word("iam", "get-role", "--role-name", "reprise-test", "--query", "Role.Arn")
        subnet, group = word("ec2", "describe-subnets", "--query", "Subnets[0].SubnetId"), word("ec2", "describe-security-groups", "--query", "SecurityGroups[0].GroupId")
        profile = word("iam", "create-instance-profile", "--instance-profile-name", name, "--query", "InstanceProfile.Arn")
        world.aws("batch", "create-compute-environment", "--compute-environment-name", name, "--type", "MANAGED", "--state", "ENABLED", "--service-role", role,
                  "--compute-resources", f"type=EC2,minvCpus=0,maxvCpus=6,desiredvCpus=0,instanceTypes=m5.large,g4dn.xlarge,subnets={subnet},"
                  f"securityGroupIds={group},instanceRole={profile}")
        world.aws("batch", "create-job-queue", "--job-queue-name", name, "--state", "ENABLED", "--priority", "1",
                  "--compute-environment-order", f"order=1,computeEnvironment={name}")
        own = changed(queue=name)
        refused(project, plain(project, more="resources: {cpus: 7}\n"), "7 processors", "at most 6", arguments=own)
        refused(project, plain(project, more="resources: {gpus: 2}\n"), "2 GPUs", "largest", arguments=own)
        world.aws("batch", "update-job-queue", "--job-queue", name, "--state", "DISABLED")
        refused(project, plain(project), "takes no jobs", "enable", arguments=own, status=1)
        world.aws("batch", "delete-job-queue", "--job-queue", name)
        world.aws("batch", "delete-compute-environment", "--compute-environment", name)
        world.aws("iam", "delete-instance-profile", "--instance-profile-name", name)


def login_over(world, options):
    """The login has expired, and nobody is logged in."""
    out = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    with world.project(options) as project:
        old = '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "2020-01-01T00:00:00Z"}'
        (project.place / "old.json").write_text(old)
        (project.place / "config").write_text(f"[default]\ncredential_process = /bin/cat {project.place}/old.json\n")
        refused(project, plain(project), "has expired", "log in again", status=1, variables={**out, "AWS_CONFIG_FILE": str(project.place / "config")})
        refused(project, plain(project), "nobody is logged in", variables=out)


def unschedulable(world, options):
    """A job that no node can take does not wait for ever."""
    with world.project(options) as project:
        done = project.reprise("run", plain(project, more="resources: {memory: 900GiB}\n"), *changed(patience="3s"), "--quiet", expecting=None, )
        expect_told(project, done, "memory")


def unpullable(world, options):
    with world.project(options) as project:
        done = project.reprise("run", plain(project, more="environment: {image: 'localhost/reprise-no-such:1'}\n"), "--quiet", expecting=None, )
        expect_told(project, done, "reprise-no-such")


def expect_told(project, done, *words):
    """Refused at once, or a run that failed and says why."""
    said = done.stdout + done.stderr
    if done.returncode == 0:
        raise Failed(f"it is said to have run:\n{said}")
    if runs := project.store.exists() and project.runs():
        shown = project.show()
        said += f" {shown['state']}: {shown['reason']}"
        if len(runs) != 1 or shown["state"] != "failed":
            raise Failed(said)
    if missing := [word for word in words if word.lower() not in said.lower()]:
        raise Failed(f"does not say {missing} ({done.returncode}):\n{said}")


def program_missing(world, options):
    program = {"slurm": "sbatch", "kubernetes": "kubectl", "aws-batch": "aws"}[world.kind] if type(world).__name__ != "SlurmOverSSH" else "ssh"
    with world.project(options) as project:
        refused(project, plain(project), f"`{program}`", "PATH", variables={"PATH": path_without(project, {program})})


def out_of_reach(world, options):
    """What decides does not answer at a launch."""
    with world.project(options) as project:
        variables = {}
        if world.kind == "slurm":
            conf = pathlib.Path(world.variables["SLURM_CONF"])
            lines = [line if not line.startswith("SlurmctldPort=") else "SlurmctldPort=1" for line in conf.read_text().splitlines()]
            variables["SLURM_CONF"] = str(project.write("slurm.conf", "\n".join([*lines, "MessageTimeout=2", ""]).replace("MessageTimeout=10\n", "")))
        elif world.kind == "kubernetes":
            text = pathlib.Path(world.variables["KUBECONFIG"]).read_text()
            variables["KUBECONFIG"] = str(project.write("kubeconfig", re.sub(r"https://[^\s\"',}]+", "https://127.0.0.1:1", text)))
            project.write(".gitignore", ".reprise/\nkubeconfig\n")
        else:
            variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
        refused(project, plain(project), "fix", status=1, variables=variables)


def ssh_refused(world, options):
    """A key that is not let in, a host that nobody knows, one whose key is not known, and one that does not answer."""
    with world.project(options) as project:
        strange = project.place / "strange"
        world.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", strange)
        option, conf, host = world.variables["REPRISE_TEST_SSH"].split()
        for number, (setting, value, word, status) in enumerate((("IdentityFile", strange, "key", 2), ("HostName", "no-such-host.invalid", "no-such-host.invalid", (1, 2)),
                                                                 ("UserKnownHostsFile", "/dev/null", "host key", 2), ("Port", 1, "refused", 2))):
            # What a configuration says of keys adds to what the command line says, so that it is written anew.
            lines = pathlib.Path(conf).read_text().splitlines()
            changes = [f"    {setting} {value}" if line.split()[:1] == [setting] else line for line in lines]
            if changes == lines:
                raise Failed(f"{conf} says nothing of {setting}")
            other = project.place / f"ssh-{number}.conf"
            other.write_text("\n".join(changes) + "\n")
            world.own(other)
            refused(project, plain(project), word, status=status, arguments=changed(ssh=f"{option} {other} {host}"))


def workspace_full(world, options):
    """Told, nothing half done, and once there is room it goes on."""
    if os.geteuid() != 0 or world.half != "root":
        raise NotHere("only root mounts a small disk")
    with world.project(options) as project, small_disk(project, 1) as disk:
        project.write("large.bin", os.urandom(3 << 20))
        file = plain(project, "wc -c < large.bin")
        done = project.reprise("run", file, "--quiet", *changed(workspace=disk), expecting=None)
        expect_told(project, done, "full")
        if halves := [str(path) for path in disk.rglob("*") if ".part" in path.name]:
            raise Failed(f"half of something is left: {halves}")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        if project.runs():
            project.reprise("resume", "@last", "--quiet")
        else:
            project.reprise("run", file, "--quiet", *changed(workspace=disk))
        if project.show()["state"] != "finished":
            raise Failed(f"after room was made: {project.show()['state']}, {project.show()['reason']}")


def deleted(world, options):
    """A job that somebody takes away at the engine, while it runs."""
    with world.project(options) as project:
        project.write("plain.exp.yaml", "command: 'echo begun; exec sleep 1800'\n")
        project.reprise("run", "plain.exp.yaml", "--detach", "--quiet")
        project.begun()
        taken = until(lambda: take_away(project), lambda: "the engine does not know the job")
        project.reprise("wait", "--all", "--quiet", expecting=None)
        shown = project.show()
        if shown["state"] not in ("cancelled", "failed") or not shown["reason"]:
            raise Failed(f"{taken} was taken away: {shown['state']}, {shown['reason']}")


def deleted_waiting(world, options):
    """And while it waits in the queue."""
    with world.project(options) as project:
        project.reprise("run", plain(project), "--detach", "--quiet", *changed(options="[--begin=now+1hour]"))
        until(lambda: project.show()["state"] == "submitted", lambda: f"it is not submitted: {project.states()}")
        taken = until(lambda: take_away(project), lambda: "the engine does not know the job")
        project.reprise("wait", "--all", "--quiet", expecting=None)
        shown = project.show()
        if shown["state"] not in ("cancelled", "failed") or "before it began" not in shown["reason"]:
            raise Failed(f"{taken} was taken away: {shown['state']}, {shown['reason']}")


def take_away(project):
    """Ends the job of the last run by the engine's own command; what it was, or None while the engine does not know it yet."""
    world, run = project.world, project.show()["request"]["id"]
    if world.kind == "slurm":
        for line in world.run("scontrol", "--oneliner", "show", "jobs").stdout.splitlines():
            if run in line and ("RUNNING" in line or "PENDING" in line):
                number = line.split()[0].split("=")[1]
                world.run("scancel", number)
                return number
    if world.kind == "kubernetes":
        for name in world.run("kubectl", "get", "jobs", "-o", "name").stdout.split():
            if run[:8] in name:
                world.run("kubectl", "delete", name, "--wait=false")
                return name
    if world.kind == "aws-batch":
        told = world.aws("batch", "list-jobs", "--job-queue", world.variables["REPRISE_TEST_BATCH_QUEUE"], "--job-status", "RUNNING",
                         "--query", f"jobSummaryList[?contains(jobName, '{run[:8]}')].jobId", "--output", "text").stdout.split()
        if told:
            world.aws("batch", "terminate-job", "--job-id", told[0], "--reason", "taken away")
            return told[0]
    return None


def two_stores(world, options):
    """Two people, or two stores of one, who share a workspace: neither touches what is the other's."""
    with world.project(options) as first, world.project(options) as second:
        if type(world).__name__ == "SlurmOverSSH":
            shared = first.place / "shared"
            shared.mkdir()
            shared.chmod(0o1777)
            arguments = changed(workspace=shared)
        else:
            arguments = []
        for project, word in ((first, "one"), (second, "two")):
            project.write("program.sh", f"echo {word}; sleep 1; echo {word} > $REPRISE_OUTPUTS/word\n")
            project.write("two.exp.yaml", "name: two\nseed: 3\ncommand: [sh, program.sh]\n")
        running = [project.start("run", "two.exp.yaml", "--quiet", *arguments) for project in (first, second)]
        words = [ending(process) for process in running]
        if [process.returncode for process in running] != [0, 0]:
            raise Failed("".join(words) + first.trace() + second.trace())
        for project, word in ((first, "one"), (second, "two")):
            folder = project.store / "runs" / project.show()["request"]["id"]
            if (folder / "stdout.log").read_text() != word + "\n" or (folder / "outputs" / "word").read_text() != word + "\n":
                raise Failed(f"{word} is not {word}: {project.trace()}")


def clocks_apart(world, options):
    """The nodes believe that it is an hour earlier or later than this machine does."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        raise NotHere("there is no `faketime`")
    for offset in ("-1h", "+1h"):
        with world.project(options) as project:
            shifted = f"prologue: ['export LD_PRELOAD={library} FAKETIME={offset}']"
            project.write("reprise.yaml", f"target: here\ntargets:\n  here: {{{world.settings(project.place)}, {shifted}}}\n")
            project.write("plain.exp.yaml", "command: 'sleep 1; date +%s; exit 4'\n")
            began = time.time()
            project.reprise("run", "plain.exp.yaml", "--quiet", expecting=4)
            shown = project.show()
            told = int((project.store / "runs" / shown["request"]["id"] / "stdout.log").read_text())
            if began - 3000 < told < began + 3000 and told > time.time() - 3000:
                raise Failed("the job has this machine's clock")
            if (shown["state"], shown["exitStatus"]) != ("failed", 4):
                raise Failed(f"{offset}: {shown['state']}, {shown['reason']}")


EVERY = ("Slurm", "SlurmBySrun", "SlurmOverSSH", "Kubernetes", "KubernetesWithVolume", "Batch")
TRIALS = {
    "no such partition, namespace or queue": (unknown_place, EVERY),
    "no such context": (unknown_context, ("Kubernetes",)),
    "no such bucket": (unknown_bucket, ("Batch",)),
    "no such option": (unknown_option, ("Slurm", "SlurmBySrun", "SlurmOverSSH")),
    "no rights": (no_rights, ("Slurm", "SlurmBySrun", "SlurmOverSSH", "Kubernetes")),
    "more than there is": (too_much, ("Slurm", "SlurmBySrun", "SlurmOverSSH")),
    "a queue that is too small, or closed": (queue_with_machines, ("Batch",)),
    "login over": (login_over, ("Batch",)),
    "unschedulable": (unschedulable, ("Kubernetes",)),
    "unpullable": (unpullable, ("Kubernetes",)),
    "program not installed": (program_missing, ("Slurm", "SlurmOverSSH", "Kubernetes", "Batch")),
    "out of reach": (out_of_reach, ("Slurm", "SlurmBySrun", "Kubernetes", "Batch")),
    "refused by ssh": (ssh_refused, ("SlurmOverSSH",)),
    "workspace full": (workspace_full, ("SlurmOverSSH",)),
    "job deleted while it runs": (deleted, EVERY),
    "job deleted while it waits": (deleted_waiting, ("Slurm", "SlurmOverSSH")),
    "two stores at once": (two_stores, EVERY),
    "clocks apart": (clocks_apart, ("Slurm", "SlurmOverSSH")),
}


def tried(options):
    def trials(world):
        return {name: trial for name, (trial, kinds) in TRIALS.items() if type(world).__name__ in kinds}

    return all_of(trials, options.worlds, options)
