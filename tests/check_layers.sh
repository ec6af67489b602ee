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

# Each library's header: one place where it stands, and one where it does not.
edge() { # HEADER RIGHT WRONG
	for file in "$2" "$3"; do
		mkdir -p "$dir/sensor/$(dirname "$file")"
		printf '#include <%s>\n' "$1" >"$dir/sensor/$file"
		if [ "$file" = "$2" ]; then
			expect "<$1> in $file" ""
		else
			expect "<$1> in $file" "sensor/$file:1: <$1> has no place here"
		fi
		rm -f "$dir/sensor/$file"
	done
}
edge pcap/pcap.h capture/x.c ctl/x.c
edge pcap.h capture/x.c flow/x.h
edge event2/event.h publish/x.c detect/x.c
edge event2/event.h x.c protocol/x.c
edge event.h daemon/x.h protocol/x.c
edge hiredis/hiredis.h ctl/x.c daemon/x.c
edge yaml.h settings/yaml.c settings/options.c
edge openssl/evp.h message/digest.c message/part.c
edge openssl/x509.h protocol/tls_certificate.c protocol/tls.c
edge zlib.h protocol/inflater.c protocol/imap.c
edge pcre2.h detect/pattern.c detect/window.c
edge jansson.h detect/state.c detect/window.c

# A header is named with its folder, and a tree without sources is no clean one.
printf '#include "flow.h"\n' >"$dir/sensor/flow/x.c"
expect "a header without its folder" "sensor/flow/x.c:1: flow/ may not include flow.h"
printf '#include "../detect/judge.h"\n' >"$dir/sensor/flow/x.c"
expect "a way around" "sensor/flow/x.c:1: flow/ may not include ../detect/judge.h"
printf '#include "pipeline.h"\n' >"$dir/sensor/detect/x.h"
expect "the top from below" "sensor/detect/x.h:1: detect/ may not include pipeline.h"
rm -f "$dir/sensor/detect/x.h"
if "$layers" "$dir" >/dev/null 2>&1; then
	echo "a tree without sources passed"
	status=1
fi
exit $status
