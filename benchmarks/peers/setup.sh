#!/usr/bin/env bash
# Installs the peers into a virtual environment outside the repository; does nothing when that is done already.
# Standard output: the virtual environment's folder. About 1 GB and a minute or two the first time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${XDG_CACHE_HOME:-$HOME/.cache}/reprise-bench
python=${PYTHON:-python3}

# The folder's name says what is in it, so that another Python or other versions never mix with it.
tag=$({ "$python" --version; cat "$here"/requirements*.txt; } 2>&1 | sha256sum | cut -c1-12)
venv=$home/peers-$tag

if [ ! -e "$venv/installed" ]; then
    echo "peers: installing into $venv" >&2
    mkdir -p "$home"
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    # A program in Go; what it depends on is for its plugin of the mlflow client, and pins an older one.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements-alone.txt" >&2 ||
        echo "peers: fasttrackml could not be installed; its rows say so" >&2
    touch "$venv/installed"
fi
echo "$venv"
