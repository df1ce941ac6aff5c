#!/usr/bin/env python3
"""Experiments on clusters, tried from the outside on every engine that is up, as root and as a normal user.

Usage: trials.py --reprise PATH [--on CLUSTER …] [NAME …]

NAME is a part: `same`, `kill`, `refusals`, `ways`; without any, everything. CLUSTER is slurm, ssh, kubernetes, volume or batch.
`./dev engines up` first. What is not up is skipped, and counted in the last lines. Standard library only.
"""

import argparse
import pathlib
import random
import sys
import time
import traceback

# What trials of containers and of clusters share stands there.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "containers"))

import alike
import clusters
import kills
import manners
import refusing
import worlds

PARTS = {"same": alike.tried, "kill": kills.tried, "refusals": refusing.tried, "ways": manners.tried}


def main():
    options = wanted()
    options.clusters, absent = clusters.clusters(options.on)
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
        print(f"clusters {name}: {summary} in {time.monotonic() - began:.0f} s", flush=True)
    print(f"clusters tried on: {', '.join(world.name for world in options.clusters)}")
    for name, reason in absent.items():
        if not options.on:
            print(f"clusters skipped on: {name}: {reason}")
    sys.exit(1 if failed else 0)


def wanted():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reprise", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--on", action="append", default=[], metavar="CLUSTER")
    parser.add_argument("--runs", type=int, default=40, help="how many runs live through kills; 200 is the full number")
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
