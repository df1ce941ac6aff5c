#!/usr/bin/env bash
# One multirun over $runs values. Hydra's basic launcher calls the function in its own process, one after another.
source "$(dirname "$0")/measure.sh"
peer hydra hydra-core
workplace
cat >app.py <<'PYTHON'
import hydra


@hydra.main(version_base=None, config_path=None)
def main(config):
    pass


main()
PYTHON
measured python app.py --multirun "+x=range(0,$runs)" hydra.sweep.dir=runs
expect "$runs" find runs -mindepth 1 -maxdepth 1 -type d
report "multirun with the basic launcher, an empty function in one process, no child process; keeps configuration and log of each run"
