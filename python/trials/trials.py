#!/usr/bin/env python3
"""Experiments in containers and on clusters, tried from the outside on every engine that is up, as root and as a normal user.

Usage: trials.py containers|clusters --reprise PATH [--on ENGINE …] [NAME …]

NAME is a part, which is a file of the folder `containers` or `clusters`; without any, all of them. ENGINE is podman, docker,
apptainer or process; or slurm, srun, ssh, kubernetes, volume or batch. `./dev engines up` first. What is not up is skipped, and counted
in the last lines. Standard library only.
"""

import argparse
import contextlib
import importlib
import os
import pathlib
import random
import shutil
import signal
import sys
import time
import traceback

import worlds
from clusters import kinds
from patience import Failed

STAGES = {
    "containers": (worlds.worlds, ("same", "kill", "fetch", "refusals", "ways"), 50),
    "clusters": (kinds.worlds, ("same", "kill", "chain", "refusals", "ways", "pods", "away"), 40),
}


def main():
    options = wanted()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, abandoned)
    find, parts, _ = STAGES[options.stage]
    options.worlds, absent = find(options.on)
    failed = False
    for name in options.names or parts:
        began = time.monotonic()
        try:
            summary, passed = importlib.import_module(f"{options.stage}.{name}").tried(options)
        except Failed as failure:
            summary, passed = f"✘ {failure}", False
        except Exception:
            summary, passed = traceback.format_exc(), False
        failed = failed or not passed
        print(f"{options.stage} {name}: {summary} in {time.monotonic() - began:.0f} s", flush=True)
    print(f"{options.stage} tried on: {', '.join(world.name for world in options.worlds)}")
    for name, reason in absent.items():
        if not options.on:
            print(f"{options.stage} skipped on: {name}: {reason}")
    sys.exit(1 if failed else 0)


def abandoned(number, frame):
    """Whoever is killed leaves no supervisor, and no jobs that are still held."""
    for project in list(worlds.LIVING):
        with contextlib.suppress(Failed):
            project.reprise("stop", "--all", expecting=None, timeout=60)
            project.reprise("wait", "--all", "--quiet", expecting=None, timeout=60)
        project.end()
        shutil.rmtree(project.place, ignore_errors=True)
    os._exit(128 + number)


def wanted():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--reprise", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--on", action="append", default=[], metavar="ENGINE")
    parser.add_argument("--runs", type=int, help="how many runs live through kills; of clusters 200 is the full number")
    parser.add_argument("--seed", type=int, help="of the moments of kills; by default a fresh one, which is printed")
    parser.add_argument("--at-once", type=int, default=6, help="how many trials on clusters are made side by side")
    parser.add_argument("--keep", action="store_true", help="leave the folders")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_intermixed_args()
    _, parts, runs = STAGES[options.stage]
    for name in options.names:
        if name not in parts:
            parser.error(f"no part `{name}`; there are {', '.join(parts)}")
    options.seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    options.runs = runs if options.runs is None else options.runs
    return options


if __name__ == "__main__":
    main()
