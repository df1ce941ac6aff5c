"""What cannot work is refused before anything is queued, in words that say what to do."""

import os
import pathlib
import shutil

from containers import registry
from containers.fetch import written
from obstacles import path_without, refused, small_disk
from patience import Failed
from trying import NotHere, all_of
from worlds import World

ENGINES = {"podman", "docker", "apptainer", "singularity", "dockerd"}


def engine_missing(world, options):
    with world.project(options) as project:
        file = written(project, "localhost/reprise-test:1" if world.engine != "apptainer" else f"{world.variables['REPRISE_TEST_IMAGES']}/busybox.sif")
        refused(project, file, f"cannot find `{world.engine}`", "PATH", variables={"PATH": path_without(project, ENGINES)})


def daemon_down(world, options):
    if world.engine != "docker":
        raise NotHere("it has no daemon")
    with world.project(options) as project:
        refused(project, written(project, "localhost/reprise-test:1"), "daemon", "DOCKER_HOST", status=1, variables={"DOCKER_HOST": f"unix://{project.place}/none.sock"})


def no_permission(world, options):
    if world.engine != "docker":
        raise NotHere("any user may use it")
    if os.geteuid() != 0:
        raise NotHere("this is not root")
    person = World("docker as user", "docker", "user")
    person.variables["DOCKER_HOST"] = world.variables["DOCKER_HOST"]
    # It has no containers that this user could count.
    person.containers = lambda: set()
    with person.project(options) as project:
        refused(project, written(project, "localhost/reprise-test:1"), "may not use", "group `docker`")


def no_namespaces(world, options):
    if world.half != "user":
        raise NotHere("root needs none")
    with world.project(options) as project:
        # The limit holds for one namespace, not for the machine.
        closed = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all -- \"$@\""
        prefix = ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", closed, "sh"]
        reference = "localhost/reprise-test:1" if world.engine != "apptainer" else f"{world.variables['REPRISE_TEST_IMAGES']}/busybox.sif"
        refused(project, written(project, reference), "user namespaces", prefix=prefix)


def image_missing(world, options):
    registry.needed(world)
    with world.project(options) as project:
        wanted = ["docker-archive:/nowhere/none.tar", f"{world.variables['REPRISE_TEST_REGISTRY']}/trial/none:1"]
        wanted.append("/nowhere/none.sif" if world.engine == "apptainer" else "localhost/reprise-none:1")
        for reference in wanted:
            refused(project, written(project, reference), "none")


def digest_mismatch(world, options):
    registry.needed(world)
    with registry.Detour(world) as detour, world.project(options) as project:
        repository = registry.fresh("mismatch")
        digest = registry.pushed(world, registry.made("mismatch"), repository)
        detour.altered = lambda path, data: data.replace(b'"schemaVersion"', b'"schemaversion"') if "/manifests/" in path else data
        refused(project, written(project, f"{detour.host}/{repository}@{digest}"), digest.removeprefix("sha256:")[:12])


def altered_archive(world, options):
    """An image that was kept and then changed on the disk."""
    registry.needed(world)
    with world.project(options) as project:
        repository = registry.fresh("altered")
        registry.pushed(world, registry.made("altered"), repository)
        reference = f"{world.variables['REPRISE_TEST_REGISTRY']}/{repository}:1"
        file = written(project, reference)
        project.reprise("image", "pull", reference)
        project.reprise("image", "keep", reference)
        archives = [path for path in (project.store / "images").iterdir() if path.suffix in (".tar", ".sif")]
        if len(archives) != 1:
            raise Failed(f"`image keep` left {archives}")
        data = bytearray(archives[0].read_bytes())
        data[len(data) // 2] ^= 1
        archives[0].chmod(0o644)
        archives[0].write_bytes(data)
        for name in world.run(world.engine, "images", "-q", "--no-trunc", "--filter", f"reference={world.variables['REPRISE_TEST_REGISTRY']}/{repository}",
                              check=False).stdout.split() if world.engine != "apptainer" else []:
            world.run(world.engine, "rmi", "-f", name, check=False)
        for path in (project.store / "images").rglob("*.sif"):
            if "apptainer" in path.parts:
                path.unlink()
        # The registry has it still: either it is brought from there, or the changed file is refused; never executed.
        done = project.reprise("run", file, "--quiet", expecting=None)
        if done.returncode == 0 and (project.store / "runs" / project.show()["request"]["id"] / "stdout.log").read_text() != "altered":
            raise Failed("a changed image was executed")
        if done.returncode not in (0, 2):
            raise Failed(f"ended with {done.returncode}: {done.stderr}")


def login_missing(world, options):
    registry.needed(world)
    with world.project(options) as project:
        host = world.variables["REPRISE_TEST_LOGIN_REGISTRY"]
        refused(project, written(project, f"{host}/trial/secret:1"), host, "login")


def disk_full(world, options):
    registry.needed(world)
    if os.geteuid() != 0 or world.half != "root":
        raise NotHere("only root mounts a small disk")
    if world.engine == "docker":
        raise NotHere("its data are the daemon's, not ours to fill")
    with world.project(options) as project, small_disk(project, 3) as disk:
        repository = registry.fresh("full")
        registry.pushed(world, registry.made("full" * (1 << 20)), repository)
        file = written(project, f"{world.variables['REPRISE_TEST_REGISTRY']}/{repository}:1", command="true")
        if world.engine == "podman":
            conf = project.write("storage.conf", f'[storage]\ndriver = "overlay"\nrunroot = "{project.place}/tmp/run"\ngraphroot = "{disk}/graph"\n')
            try:
                refused(project, file, "full", status=1, variables={"CONTAINERS_STORAGE_CONF": str(conf), "TMPDIR": str(disk)})
            finally:
                shutil.rmtree(disk / "graph", ignore_errors=True)
                world.run("umount", "-q", f"{disk}/graph/overlay", check=False)
        else:
            (disk / "store").mkdir()
            # The site file of a project stands beside its store.
            (disk / "reprise.yaml").write_text(world.target)
            refused(project, file, "full", status=1, variables={"TMPDIR": str(disk), "REPRISE_HOME": str(disk / "store"), "APPTAINER_CACHEDIR": str(disk)})


def recipe_fails(world, options):
    with world.project(options) as project:
        folder = world.variables["REPRISE_TEST_IMAGES"]
        if world.engine == "apptainer":
            project.write("Recipe.def", f"Bootstrap: localimage\nFrom: {folder}/busybox.sif\n%post\n    echo first line; echo the last words; exit 7\n")
            build = "definition: Recipe.def"
        else:
            project.write("Dockerfile", "FROM localhost/reprise-test:1\nRUN echo first line; echo the last words; exit 7\n")
            build = "dockerfile: Dockerfile"
        project.write("build.exp.yaml", f"command: 'true'\nenvironment: {{build: {{{build}}}}}\n")
        said = refused(project, "build.exp.yaml", "the last words", "log")
        logs = [path for path in (project.store / "images" / "builds").rglob("*") if path.is_file() and b"first line" in path.read_bytes()]
        if not logs or not any(str(path) in said or path.name in said for path in logs):
            raise Failed(f"the log is not kept, or not named: {logs}\n{said}")


def archived(project, image, name):
    path = project.folder / f"{name}.tar"
    image.archive(path, f"localhost/{name}:1")
    project.world.own(path)
    project.write(".gitignore", ".reprise/\n*.tar\n")
    return written(project, f"docker-archive:{path}", command="true")


def no_shell(world, options):
    tree = registry.images.Tree()
    tree.copy("/bin/busybox", "usr/bin/hello")
    with world.project(options) as project:
        file = archived(project, registry.images.Image(tree, command=["/usr/bin/hello"]), "shellless")
        said = project.reprise("run", file, expecting=None)
        expect_told(project, said, "sh")


def wrong_architecture(world, options):
    with world.project(options) as project:
        file = archived(project, registry.made("foreign", architecture="riscv64"), "foreign")
        refused(project, file, "riscv64")


def foreign_program(world, options):
    """An image that claims this machine's processors, and has programs for others."""
    tree = registry.images.busybox()
    program = bytearray(pathlib.Path(shutil.which("busybox")).read_bytes())
    program[18:20] = (243).to_bytes(2, "little")
    tree.file("usr/bin/busybox", bytes(program), 0o755)
    with world.project(options) as project:
        file = archived(project, registry.images.Image(tree), "liar")
        said = project.reprise("run", file, expecting=None)
        expect_told(project, said, "exec format", "processor", "made for")


def expect_told(project, done, *words):
    """Refused at once (2), or a run that failed and says why."""
    said = done.stdout + done.stderr
    if done.returncode == 0:
        raise Failed(f"it is said to have run:\n{said}")
    if done.returncode != 2:
        shown = project.show()
        said += str(shown["reason"])
        if shown["state"] != "failed":
            raise Failed(f"{shown['state']}: {said}")
    if not any(word in said.lower() for word in words):
        raise Failed(f"does not say one of {words} ({done.returncode}):\n{said}")


TRIALS = {"engine not installed": engine_missing, "daemon down": daemon_down, "no permission": no_permission, "user namespaces off": no_namespaces,
          "image not found": image_missing, "digest mismatch": digest_mismatch, "kept image changed": altered_archive, "login missing": login_missing,
          "disk full during pull": disk_full, "recipe that fails": recipe_fails, "image without a shell": no_shell,
          "wrong architecture": wrong_architecture, "programs for another processor": foreign_program}


def tried(options):
    return all_of(lambda world: TRIALS if world.engine else {}, options.worlds, options)
