#!/usr/bin/env python3
"""The proof that `reprise serve` stands in for MLflow's own tracking server.

Usage: conform.py --reprise PATH --python PYTHON [--classic PYTHON] [--tensorboard PYTHON] [NAME …]

Five parts. The scenarios are played by the real client before the real server and before ours, and the answers compared. The
fuzz sends what no client sends. The third kills the server under load, again and again, and looks for what it acknowledged. The fourth
runs a sweep while the real server, as a tracker, is down, and looks for everything there once it is back. In the last `reprise run`
starts programs that log by the client.
NAME is the beginning of a scenario's name (`runs`, `runs.life`), or a part: `scenarios`, `fuzz`, `kill`,
`trackers`, `own`; without any, everything.

PYTHON has the pinned MLflow, server and client; the one of --classic a client of MLflow 2, that of
--tensorboard the real TensorBoard. What the real server answers is kept
in the cache folder for as long as scenarios and versions are the same; --afresh asks it again. Standard library only: the
clients are in the processes that play.
"""

import argparse
import pathlib
import random
import sys
import time

import both
import fuzz
import kill
import own
import servers
import trackers


PARTS = ("scenarios", "fuzz", "kill", "trackers", "own")


def main():
    options = wanted()
    failed = False
    for name, part in {"scenarios": both.compared, "fuzz": fuzz.fuzzed, "kill": kill.killed, "trackers": trackers.sent, "own": own.logged}.items():
        if name not in options.parts:
            continue
        began = time.monotonic()
        try:
            summary, passed = part(options)
        except servers.ServerBroke as broke:
            summary, passed = str(broke), False
        failed = failed or not passed
        print(f"{'conformance' if name == 'scenarios' else name}: {summary} in {time.monotonic() - began:.0f} s", flush=True)
    sys.exit(1 if failed else 0)


def wanted():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reprise", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--python", required=True, type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument("--classic", type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument("--tensorboard", type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument("--afresh", action="store_true", help="ask the real server even if its answers are known")
    parser.add_argument("--times", action="store_true", help="how long each scenario took")
    parser.add_argument("--seed", type=int, default=None, help="seed of the second fuzz; by default a fresh one, which is printed")
    parser.add_argument("--requests", type=int, default=2500, help="how many requests each fuzz sends")
    parser.add_argument("--kills", type=int, default=8, help="how often the server is killed")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    options.seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    options.parts = [name for name in options.names if name in PARTS]
    options.names = [name for name in options.names if name not in PARTS]
    if options.names:
        options.parts.append("scenarios")
    options.parts = options.parts or PARTS
    return options


if __name__ == "__main__":
    main()
