#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instructions per step of R23, resets included, counted by callgrind: two runs of different length,
# the difference of their totals over the difference of their steps. Prints one number.
# usage: instructions.sh BINARY ROOT
set -eu
binary=$1
root=$2
command -v valgrind >/dev/null || { echo "instructions.sh: valgrind is not installed" >&2; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count() {
  valgrind --tool=callgrind --callgrind-out-file="$work/out" "$binary" "$root" "$1" \
    >"$work/steps" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  sed -n 's/^totals: *//p;s/^summary: *//p' "$work/out" | head -n 1
}
short=$(count 1)
long=$(count 2)
steps=$(cat "$work/steps")
echo $(((long - short) / steps))
