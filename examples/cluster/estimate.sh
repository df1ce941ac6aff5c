#!/bin/sh
# Counts the points of its rows that lie below the curve y = x * x.
set -eu
read -r points first last < "parts/$REPRISE_SPLIT"
awk -v n="$points" -v a="$first" -v b="$last" 'BEGIN {
    for (x = a; x < b; x++) below += int(x * x / n)
    print below + 0
}' > "count-$REPRISE_SPLIT.txt"
