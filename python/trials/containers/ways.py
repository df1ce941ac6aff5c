"""The other ways to run: steps in different images, the working tree mounted, again from the record, with a secret, with limits, stopped."""

import json
import os
import signal
import subprocess

import secrecy
from containers import registry
from containers.fetch import printed, written
from containers.same import image
from patience import Failed, ending, until
from trying import all_of
from worlds import SHORT


def steps(world, options):
    """Two images and the machine itself in one experiment; what one step leaves the next finds."""
    with world.project(options) as project:
        folder = world.variables["REPRISE_TEST_IMAGES"]
        # A target that executes steps on the machine itself, too.
        project.write("reprise.yaml", f"target: here\ntargets:\n  here: {{kind: process, engine: {world.engine}}}\n")
        project.write("steps.exp.yaml", f"""name: steps
environment: {{image: "docker-archive:{folder}/busybox.tar"}}
steps:
  first: {{command: "test ! -e /usr/bin/python3 && echo one > one.txt"}}
  second:
    needs: [first]
    command: [python3, -c, "import os; open(os.path.join(os.environ['REPRISE_OUTPUTS'], 'two.txt'), 'w').write(open('one.txt').read() + 'two')"]
    environment: {{image: "docker-archive:{folder}/python.tar"}}
  third: {{needs: [second], command: "test -e {folder}/key && echo three", environment: {{host: true}}}}
""")
        project.reprise("run", "steps.exp.yaml", "--quiet")
        shown = project.show()
        found = [step.get("environment", {}).get("image", {}).get("id") for step in shown["request"]["steps"]]
        if len(set(found)) != 3 or found[2] is not None:
            raise Failed(f"the steps' images: {found}")
        if [output["path"] for output in shown["outputs"]] != ["outputs/two.txt"]:
            raise Failed(f"outputs: {shown['outputs']}")


def development(world, options):
    with world.project(options) as project:
        project.write("program.sh", "echo first\n")
        project.write("dev.exp.yaml", f"command: [sh, program.sh]\nenvironment: {image(world, 'busybox')}\n")
        project.reprise("run", "dev.exp.yaml", "--dev", "--quiet")
        project.write("program.sh", "echo second; echo seen > left.txt\n")
        project.reprise("run", "dev.exp.yaml", "--dev", "--quiet")
        left = project.folder / "left.txt"
        if printed(project) != "second\n" or not left.exists() or left.stat().st_uid != world.uid:
            raise Failed("the working tree was not mounted")
        if "dev" not in project.reprise("show", "@last").stdout.lower():
            raise Failed("`show` does not say that it ran from the working tree")
        for verb in ("verify", "repeat"):
            done = project.reprise(verb, "@last", expecting=None)
            if done.returncode != 2:
                raise Failed(f"`{verb}` of such a run ended with {done.returncode}: {done.stdout}{done.stderr}")


def again(world, options):
    """Repeat and verify use the frozen image, whatever the experiment file says by now."""
    registry.needed(world)
    with world.project(options) as project:
        repository = registry.fresh("again")
        registry.pushed(world, registry.made("original"), repository)
        reference = f"{world.variables['REPRISE_TEST_REGISTRY']}/{repository}:1"
        file = written(project, reference, command="cat /marker > $REPRISE_OUTPUTS/marker")
        project.reprise("run", file, "--quiet")
        first = project.show()
        registry.pushed(world, registry.made("other"), repository)
        (project.folder / file).unlink()
        project.reprise("verify", "@last", "--quiet")
        project.reprise("repeat", first["request"]["id"], "--quiet")
        second = project.show()
        if second["request"]["steps"] != first["request"]["steps"] or [o["digest"] for o in second["outputs"]] != [o["digest"] for o in first["outputs"]]:
            raise Failed(f"repeated otherwise:\n{first['request']['steps']}\n{second['request']['steps']}")


def secret(world, options):
    with world.project(options) as project:
        secrecy.expect_hidden(project, image(world, "busybox", "credentials: {TOKEN: token}"))


def memory(world, options):
    """Whoever keeps the limit, the run fails and says why. It lasts long enough for one who only looks now and then."""
    with world.project(options) as project:
        project.write("memory.exp.yaml", "command: [python3, -c, 'b = bytearray(300 << 20); print(sum(b[::4096])); import time; time.sleep(1800)']\nresources: {memory: 64MiB, time: 10m}\n"
                      f"environment: {image(world, 'python')}\n")
        done = project.reprise("run", "memory.exp.yaml", expecting=None)
        shown = project.show()
        told = " ".join([done.stderr, str(shown["reason"]), json.dumps(shown["notes"])])
        if shown["state"] != "failed" or "memory" not in str(shown["reason"]):
            raise Failed(f"{shown['state']}: {told}")


def sealed(world, options):
    """No network, a root that cannot be written, no home, /tmp that can."""
    with world.project(options) as project:
        (project.place / "home" / "private").write_text("private")
        project.write("sealed.exp.yaml", f"""command: |
  set -e
  test "$(grep -c : /proc/net/dev)" = 1 || {{ echo "there is a network"; exit 11; }}
  ! touch /etc/written 2>/dev/null || {{ echo "the root can be written"; exit 12; }}
  (cd /tmp && echo x > x) && echo x > "$HOME/y" || {{ echo "no place for temporary files"; exit 13; }}
  test ! -e {project.place}/home/private || {{ echo "the home is mounted"; exit 14; }}
  test "$(df -k /dev/shm | tail -n 1 | awk '{{print $2}}')" = 32768 || {{ df -k /dev/shm; exit 15; }}
environment: {image(world, "busybox", "network: none, read-only: true, shared-memory: 32MiB")}
""")
        done = project.reprise("run", "sealed.exp.yaml", expecting=None)
        # Apptainer cannot size it; then the run must say so.
        notes = json.dumps(project.show()["notes"])
        if done.returncode and world.engine == "apptainer" and printed(project).startswith("Filesystem") and ("shared" in notes or "/dev/shm" in notes):
            return
        if done.returncode:
            raise Failed(f"{printed(project)}{done.stderr}{notes}")


def stopped(world, options):
    """Ctrl-C, `stop` and a time limit end container and program, also one that does not listen."""
    with world.project(options) as project:
        project.write("long.exp.yaml", "command: \"trap '' TERM INT; echo begun; sleep 1800; sleep 1800\"\n"
                      f"settings: {{queue: {{grace: 1s}}}}\nenvironment: {image(world, 'busybox')}\n")
        process = project.start("run", "long.exp.yaml", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        project.begun(1)
        process.send_signal(signal.SIGINT)
        words = ending(process)
        if process.returncode != 130 or project.show()["state"] != "cancelled":
            raise Failed(f"Ctrl-C: {process.returncode}, {project.show()['state']}: {words}")
        world_is_clean(project)
        project.reprise("run", "long.exp.yaml", "--detach", "--quiet")
        project.begun(2)
        project.reprise("stop", "@last")
        project.reprise("wait", "--all", "--quiet", expecting=None)
        if project.show()["state"] != "cancelled":
            raise Failed(f"`stop`: {project.show()['state']}")
        world_is_clean(project)
        file = (project.folder / "long.exp.yaml").read_text()
        project.write("long.exp.yaml", file + "resources: {time: 1s}\n")
        project.reprise("run", "long.exp.yaml", "--quiet", expecting=None)
        if project.show()["state"] != "failed" or "time" not in project.show()["reason"]:
            raise Failed(f"time limit: {project.show()['state']}, {project.show()['reason']}")


def world_is_clean(project):
    """An engine may still be busy with what it was told to remove."""
    runs = [path.name for path in project.store.glob("runs/*")]

    def left():
        return {name for name in project.world.containers() if any(run in name for run in runs)}

    until(lambda: not left(), lambda: f"containers are left: {left()}", patience=SHORT)


def engine_client_killed(world, options):
    """The engine's own client is killed: the run ends as its program does, or fails; nothing goes on in secret."""
    with world.project(options) as project, world.tally(project) as tally:
        project.write("client.exp.yaml", f"command: |\n  echo begun\n  {tally.hold}\n  exit 5\nenvironment: {image(world, 'busybox')}\n")
        process = project.start("run", "client.exp.yaml", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        project.begun(1)
        leader = next(path for pattern in ("runs/*/launched", "runs/*/*/launched") for path in project.store.glob(pattern))
        os.kill(int(leader.read_text().split()[0]), signal.SIGKILL)
        tally.let_go()
        words = ending(process)
        shown = project.show()
        if (shown["state"], shown["exitStatus"]) != ("failed", 5) and shown["state"] not in ("failed", "lost"):
            raise Failed(f"{shown['state']}, {shown['exitStatus']}: {words}")
        if world.engine != "apptainer" and shown["exitStatus"] != 5:
            raise Failed(f"the exit status is lost: {shown['state']}, {shown['reason']}: {words}")


TRIALS = {"steps in different images": steps, "--dev": development, "repeat and verify": again, "a secret": secret, "memory limit": memory,
          "no network, read-only, shared memory": sealed, "Ctrl-C, stop, time limit": stopped, "the engine's client killed": engine_client_killed}


def tried(options):
    return all_of(lambda world: TRIALS if world.engine else {}, options.worlds, options)
