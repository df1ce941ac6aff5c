# Sourced by every peer: finds the tool, measures, reports one JSON line.
#
#     peer NAME [MODULE]      names the tool; with MODULE, needs that Python distribution and sets $venv and $version
#     workplace               an empty folder, left and removed at the end
#     measured COMMAND…       runs the command, sets $seconds; its output goes to $log
#     report WHAT             prints {"tool", "version", "runs", "seconds", "ms_per_run", "what"}
#
# A peer that cannot be installed prints {"tool", "skipped"} and says so on standard error. A peer that is installed and
# does not work is a failure: a number that is missing is better than one that measures an error message.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
runs=${1:-5}
export DVC_NO_ANALYTICS=1 DO_NOT_TRACK=1 MLFLOW_DISABLE_TELEMETRY=true LC_ALL=C.UTF-8 PYTHONWARNINGS=ignore
export GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0

peer() {
    tool=$1
    if [ $# -gt 1 ]; then
        venv=$("$here/setup.sh") || skip "setup.sh could not install it, see above"
        version=$("$venv/bin/python" -c 'import sys, importlib.metadata as m; print(m.version(sys.argv[1]))' "$2") ||
            skip "$2 is not in $venv"
        PATH=$venv/bin:$PATH
    fi
}

skip() {
    echo "SKIPPED $tool: $1" >&2
    printf '{"tool": "%s", "skipped": "%s"}\n' "$tool" "$1"
    exit 0
}

workplace() {
    place=$(mktemp -d "${TMPDIR:-/tmp}/reprise-peer.XXXXXX")
    trap 'rm -rf "$place"' EXIT
    log=$place/log
    mkdir "$place/work"
    cd "$place/work"
}

measured() {
    local start=${EPOCHREALTIME/[.,]/}
    "$@" >"$log" 2>&1 || broken "\`$*\` ended with status $?"
    local end=${EPOCHREALTIME/[.,]/}
    microseconds=$((end - start))
}

broken() {
    echo "$tool: $1" >&2
    tail -n 20 "$log" >&2
    exit 1
}

# expect COUNT COMMAND…: the peer did as many runs as were asked for, by its own records.
expect() {
    local wanted=$1 found
    shift
    found=$("$@" | wc -l)
    [ "$found" -eq "$wanted" ] || broken "$found runs recorded, not $wanted"
}

report() {
    awk -v tool="$tool" -v version="$version" -v runs="$runs" -v us="$microseconds" -v what="$1" 'BEGIN {
        printf "{\"tool\": \"%s\", \"version\": \"%s\", \"runs\": %d, \"seconds\": %.3f, \"ms_per_run\": %.3f, \"what\": \"%s\"}\n",
            tool, version, runs, us / 1e6, us / 1e3 / runs, what
    }'
}
