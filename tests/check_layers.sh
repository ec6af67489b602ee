#!/bin/sh
# The include rule finds what breaks it, and nothing else.
set -u
layers=$(cd "$(dirname "$0")" && pwd)/layers
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/sensor/base" "$dir/sensor/flow" "$dir/sensor/detect" "$dir/sensor/odd"
status=0
expect() { # WHAT WANTED
	got=$("$layers" "$dir")
	code=$?
	if [ -z "$2" ]; then
		[ $code = 0 ] && [ -z "$got" ] || { echo "$1: $got"; status=1; }
	else
		[ $code = 1 ] && printf '%s\n' "$got" | grep -qF "$2" || { echo "$1: wanted $2, got: $got"; status=1; }
	fi
	rm -f "$dir"/sensor/*/x.c "$dir"/sensor/x.c
}
printf '#include "base/bytes.h"\n#include "decode/packet.h"\n#include "flow/table.h"\n#include <stdio.h>\n' >"$dir/sensor/flow/x.c"
expect "what is allowed" ""
printf '\n#include "detect/judge.h"\n' >"$dir/sensor/flow/x.c"
expect "upward" "sensor/flow/x.c:2: flow/ may not include detect/judge.h"
printf '#include "flow/flow.h"\n' >"$dir/sensor/base/x.c"
expect "base names nobody" "sensor/base/x.c:1: base/ may not include flow/flow.h"
printf '#include "detect/judge.h"\n#include "flow/flow.h"\n' >"$dir/sensor/x.c"
expect "the top names everything" ""
printf '#include <pcap/pcap.h>\n' >"$dir/sensor/detect/x.c"
expect "edge" "sensor/detect/x.c:1: <pcap/pcap.h> has no place here"
printf '#  include "base/bytes.h"\n#include "detect/judge.h"\n' >"$dir/sensor/odd/x.c"
expect "a folder nobody knows" "sensor/odd/x.c:2: the folder odd is not in the rule"
exit $status
