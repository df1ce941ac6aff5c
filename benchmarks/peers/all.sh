#!/usr/bin/env bash
# Measures every peer, one JSON line each. Arguments: runs for the fast ones (default 100) and for the slow ones (default 5).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fast=${1:-100} slow=${2:-5} status=0
"$here/xargs.sh" "$((fast * 10))" || status=1
for peer in hydra sacred submitit; do "$here/$peer.sh" "$fast" || status=1; done
for peer in dvc mlflow; do "$here/$peer.sh" "$slow" || status=1; done
exit "$status"
