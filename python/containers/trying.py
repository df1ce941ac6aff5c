"""How trials are made and told: two engines at a time, one line each, and why it failed."""

import concurrent.futures
import sys

from worlds import Failed


def on_each(worlds, call):
    """Calls for each world, two at a time: engines mostly wait. In one world everything happens one after the other."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(call, worlds))


def attempted(problems, world, name, call, *arguments):
    """Calls, and keeps how it failed, so that the others are tried all the same. Whether it passed."""
    try:
        call(world, *arguments)
    except (Failed, KeyError, OSError, ValueError) as failure:
        problems.append(f"{world.name}: {name}")
        words = str(failure) if isinstance(failure, Failed) else f"{type(failure).__name__}: {failure}"
        told(f"  ✘ {world.name}: {name}\n      " + words.replace("\n", "\n      "))
        return False
    told(f"  ✔ {world.name}: {name}")
    return True


def told(line):
    # At once, so that lines of two worlds do not mix.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
