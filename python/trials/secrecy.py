"""A secret must reach the program, and nobody else."""

import pathlib
import secrets
import threading
import time

from patience import Failed


def expect_hidden(project, environment):
    """Runs with a credential `token`; its value is in no file of the project and no argument of a process."""
    value = "s3cret" + secrets.token_hex(8)
    project.write("reprise.yaml", project.world.site(project.place) + "credentials:\n  token: {variable: A_TOKEN}\n")
    project.write("secret.exp.yaml", f"command: 'test ${{#TOKEN}} = {len(value)} && sleep 1 && echo \"$TOKEN\" | sha256sum'\nenvironment: {environment}\n")
    seen, stop = set(), threading.Event()
    watcher = threading.Thread(target=watch, args=(value.encode(), seen, stop))
    watcher.start()
    try:
        project.reprise("run", "secret.exp.yaml", "--quiet", variables={"A_TOKEN": value})
    finally:
        stop.set()
        watcher.join()
    if seen:
        raise Failed(f"the secret stands in the arguments of: {seen}")
    places = [path for path in project.place.rglob("*") if path.is_file() and not path.is_symlink() and value.encode() in path.read_bytes()]
    if places:
        raise Failed(f"the secret is in {places}")


def watch(value, seen, stop):
    """Notes processes that have the value among their arguments, until it is told to stop."""
    while not stop.is_set():
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if value in words:
                    seen.add(words.replace(b"\0", b" ").decode(errors="replace"))
        time.sleep(0.02)
