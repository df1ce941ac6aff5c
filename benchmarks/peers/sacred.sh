#!/usr/bin/env bash
# $runs runs of one experiment in one process, each of which calls `true`.
source "$(dirname "$0")/measure.sh"
peer sacred sacred
workplace
cat >experiment.py <<'PYTHON'
import subprocess
import sys

from sacred import Experiment
from sacred.observers import FileStorageObserver

experiment = Experiment("true", save_git_info=False)
experiment.observers.append(FileStorageObserver("runs"))


@experiment.config
def config():
    x = 0


@experiment.main
def main(x):
    subprocess.run(["true"], check=True)


for index in range(int(sys.argv[1])):
    experiment.run(config_updates={"x": index})
PYTHON
measured python experiment.py "$runs"
expect "$runs" find runs -name run.json
report "runs in one process, each calls true; FileStorageObserver keeps configuration, source, host and captured output"
