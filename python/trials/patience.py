"""How trials wait: for a fact, and never for a time. The limit is there to end a hang; the slowest machine stays far below it."""

import subprocess
import time

PATIENCE = 900


class Failed(Exception):
    """What did not come out as it must, for a person."""


def until(holds, told, *, patience=PATIENCE, pause=0.1):
    """Waits until `holds()` is true, and hands back what it gave. `told()` says what is there instead, should it never be."""
    deadline = time.monotonic() + patience
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {patience} s: {told()}")
        time.sleep(pause)
    return found


def ending(process, *, patience=PATIENCE):
    """Waits for a process that was started, and hands back what it wrote where it writes into pipes."""
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired as late:
        process.kill()
        out, err = process.communicate()
        raise Failed(f"`{' '.join(map(str, process.args))}` does not end within {patience} s:\n{out or ''}{err or ''}") from late
    return (out or "") + (err or "")
