#!/usr/bin/env bash
# Prints the table of docs/benchmarks.md: Reprise and the tools that people use today, in one run.
set -euo pipefail
cd "$(dirname "$0")"
reprise=${REPRISE:-../dist/reprise}
[ -x "$reprise" ] || { echo "benchmarks: $reprise is not there; run ./dev release first" >&2; exit 1; }
[ -n "${NO_PEERS:-}" ] || peers/setup.sh || echo "benchmarks: some peers could not be installed; their rows say so" >&2
exec python3 bench.py --reprise "$reprise" "$@"
