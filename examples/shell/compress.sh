#!/bin/sh
# Compresses a file with gzip at each level from $2 to $3: how small does it get?
# Metrics are lines on standard output. Times are printed, not logged: no two executions take the same.
set -eu

file=$1 first=$2 last=$3
original=$(wc -c <"$file")
best=$original
echo "level,bytes" >sizes.csv

level=$first
while [ "$level" -le "$last" ]; do
    started=$(date +%s)
    gzip -n -c "-$level" <"$file" >try.gz       # -n: neither name nor time, so that equal input gives equal bytes
    ended=$(date +%s)
    bytes=$(wc -c <try.gz)
    ratio=$(awk -v a="$original" -v b="$bytes" 'BEGIN { printf "%.4f", a / b }')
    echo "::metric {\"step\": $level, \"bytes\": $bytes, \"ratio\": $ratio}"
    echo "level $level: $bytes bytes, ratio $ratio, $((ended - started)) s"
    echo "$level,$bytes" >>sizes.csv
    if [ "$bytes" -lt "$best" ]; then
        best=$bytes
        mv try.gz best.gz
    fi
    level=$((level + 1))
done
rm -f try.gz
