"""How a trial is told: one line each, and why it failed."""

from worlds import Failed


def attempted(problems, world, name, call, *arguments):
    """Calls, and keeps how it failed, so that the others are tried all the same. Whether it passed."""
    try:
        call(world, *arguments)
    except (Failed, KeyError, OSError, ValueError) as failure:
        problems.append(f"{world.name}: {name}")
        words = str(failure) if isinstance(failure, Failed) else f"{type(failure).__name__}: {failure}"
        print(f"  ✘ {world.name}: {name}\n      " + words.replace("\n", "\n      "), flush=True)
        return False
    print(f"  ✔ {world.name}: {name}", flush=True)
    return True
