#!/bin/sh
# Attacks at the intensity that the defaults promise to find are found, and ordinary mail is quiet: tests/simulator, shortened.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${MAILTAPD:=$PWD/build/mailtapd}"
simulate=$(dirname "$MAILTAPD")/tests/simulator/simulate
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

if ! "$simulate" -l 1 -d 2 -r 1 -i 2 >"$out" 2>"$out.err"; then
	cat "$out.err" "$out"
	rm -f "$out.err"
	exit 1
fi
rm -f "$out.err"
