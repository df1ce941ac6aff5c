"""How trials are made and told: two worlds at a time, one line each with how long it took, and why it failed."""

import concurrent.futures
import itertools
import sys
import time
import traceback

from patience import Failed


class NotHere(Exception):
    """Why a trial cannot be made in a world."""


def on_each(worlds, call):
    """Calls for each world, two at a time: engines mostly wait. In one world everything happens one after the other."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(call, worlds))


def all_of(trials, worlds, options):
    """Makes every trial in every world; one whose function raises `NotHere` is told as skipped. A summary, and whether all passed.

    `trials` gives a world's {name: function}."""
    problems, tries, skipped = [], [], []

    def attempt(world, name, trial):
        try:
            attempted(problems, world, name, trial, options)
            tries.append(name)
        except NotHere as reason:
            skipped.append(f"{name} ({world.name}): {reason}")

    def enter(world):
        for name, trial in trials(world).items():
            attempt(world, name, trial)

    if all(world.is_elsewhere for world in worlds):
        # What is executed elsewhere is waited for: trials of one world, too, go side by side, those of all worlds by turns.
        turns = itertools.zip_longest(*([(world, name, trial) for name, trial in trials(world).items()] for world in worlds))
        with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
            list(pool.map(lambda one: attempt(*one), [one for turn in turns for one in turn if one]))
    else:
        on_each(worlds, enter)
    for line in skipped:
        told(f"  ➜ skipped: {line}")
    return f"{len(tries)} trials, {len(problems)} failed" + f", {len(skipped)} skipped" * bool(skipped), not problems


def attempted(problems, world, name, call, *arguments):
    """Calls, and keeps how it failed, so that the others are tried all the same. Whether it passed."""
    began = time.monotonic()
    try:
        call(world, *arguments)
    except NotHere:
        raise
    except Exception as failure:
        problems.append(f"{world.name}: {name}")
        words = str(failure) if isinstance(failure, Failed) else traceback.format_exc()
        told(f"  ✘ {world.name}: {name}, {time.monotonic() - began:.0f} s\n      " + words.replace("\n", "\n      "))
        return False
    told(f"  ✔ {world.name}: {name}, {time.monotonic() - began:.0f} s")
    return True


def told(line):
    # At once, so that lines of two worlds do not mix.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
