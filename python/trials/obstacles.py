"""What stands in the way of a run on purpose, and how it must be told."""

import contextlib
import pathlib
import subprocess

from patience import Failed


def refused(project, file, *words, status=2, variables=None, arguments=(), prefix=()):
    """`run` must end with this status (2: what was asked for, 1: what the world lacks; or one of several), say all the words and queue nothing."""
    command = [*prefix, project.binary, "run", file, *arguments]
    done = project.world.run(*command, folder=project.folder, variables={**project.variables, **(variables or {})}, check=False)
    said = done.stdout + done.stderr
    missing = [word for word in words if word.lower() not in said.lower()]
    if done.returncode not in (status if isinstance(status, tuple) else (status,)) or missing:
        raise Failed(f"ended with {done.returncode}, not {status}; does not say {missing}:\n{said}")
    if "fix:" not in said and "did you mean" not in said:
        raise Failed(f"does not say what to do:\n{said}")
    if project.store.exists() and project.json("list"):
        raise Failed(f"a run is queued all the same: {project.json('list')}")
    halves = [str(path) for path in project.store.rglob("*.new")] if project.store.exists() else []
    if halves:
        raise Failed(f"half of something is left: {halves}")
    return said


@contextlib.contextmanager
def small_disk(project, mebibytes):
    folder = project.place / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def path_without(project, programs):
    """A PATH on which everything is but these programs."""
    bare = project.place / "bin"
    bare.mkdir()
    for folder in dict.fromkeys(project.world.variables["PATH"].split(":")):
        with contextlib.suppress(OSError):
            for found in pathlib.Path(folder).iterdir():
                if found.name not in programs and not (bare / found.name).is_symlink():
                    (bare / found.name).symlink_to(found)
    return str(bare)
