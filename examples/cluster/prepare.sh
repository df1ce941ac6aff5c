#!/bin/sh
# Writes the rows of each of four parts.
set -eu
points=$(sed -n 's/.*"points": *\([0-9]*\).*/\1/p' "$REPRISE_PARAMETERS")
mkdir -p parts
part=0
while [ "$part" -lt 4 ]; do
    echo "$points $((points * part / 4)) $((points * (part + 1) / 4))" > "parts/$part"
    part=$((part + 1))
done
