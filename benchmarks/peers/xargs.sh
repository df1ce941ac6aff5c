#!/usr/bin/env bash
# The floor: two processes at a time, nothing kept.
source "$(dirname "$0")/measure.sh"
peer xargs
version=$(xargs --version 2>/dev/null | awk 'NR == 1 { print $NF }')
workplace
bare() { seq "$runs" | xargs -P2 -I{} sh -c true; }
measured bare
report "xargs -P2 sh -c true; keeps nothing"
