#!/usr/bin/env python3
"""Experiments in containers, tried from the outside on every engine that is up, as root and as a normal user.

Usage: trials.py --reprise PATH [--on ENGINE …] [NAME …]

NAME is a part: `same`, `kill`, `fetch`, `refusals`, `ways`; without any, everything. ENGINE is podman, docker, apptainer or process.
`./dev engines up` first. What is not up is skipped, and counted in the last lines. Standard library only.
"""

import argparse
import pathlib
import random
import sys
import time
import traceback

import fetch
import kill
import refusals
import same
import ways
import worlds

PARTS = {"same": same.tried, "kill": kill.tried, "fetch": fetch.tried, "refusals": refusals.tried, "ways": ways.tried}


def main():
    options = wanted()
    options.worlds, absent = worlds.worlds(options.on)
    failed = False
    for name in options.names or PARTS:
        began = time.monotonic()
        try:
            summary, passed = PARTS[name](options)
        except worlds.Failed as failure:
            summary, passed = f"✘ {failure}", False
        except Exception:
            summary, passed = traceback.format_exc(), False
        failed = failed or not passed
        print(f"containers {name}: {summary} in {time.monotonic() - began:.0f} s", flush=True)
    print(f"containers tried on: {', '.join(world.name for world in options.worlds)}")
    for name, reason in absent.items():
        if not options.on:
            print(f"containers skipped on: {name}: {reason}")
    sys.exit(1 if failed else 0)


def wanted():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reprise", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--on", action="append", default=[], metavar="ENGINE")
    parser.add_argument("--runs", type=int, default=50, help="how many runs live through kills")
    parser.add_argument("--seed", type=int, default=None, help="of the moments of kills; by default a fresh one, which is printed")
    parser.add_argument("--keep", action="store_true", help="leave the folders")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    for name in options.names:
        if name not in PARTS:
            parser.error(f"no part `{name}`; there are {', '.join(PARTS)}")
    options.seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    return options


if __name__ == "__main__":
    main()
