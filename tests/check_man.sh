#!/bin/sh
# The manuals are clean, and name every option of the programs, every alert, every anomaly.
set -eu
cd "$(dirname "$0")/.."
: "${MAILTAPD:=$PWD/build/mailtapd}" "${MAILTAPCTL:=$PWD/build/mailtapctl}"
command -v mandoc >/dev/null || { echo "needs mandoc: sudo make deps"; exit 77; }
status=0
for page in man/*.[1578]; do
	# Which other pages are installed here is not the page's mistake.
	said=$(mandoc -Tlint -Wstyle "$page" 2>/dev/null | grep -v 'referenced manual not found') || true
	[ -z "$said" ] || { printf '%s\n' "$said"; status=1; }
done
named() { # PAGE WORD...
	page=$1
	shift
	text=$(mandoc -Tascii "$page" | col -b)
	for word; do
		printf '%s\n' "$text" | grep -qF -e "$word" || { echo "$page: $word is missing"; status=1; }
	done
}
# shellcheck disable=SC2046
named man/mailtapd.8 $("$MAILTAPD" --help | grep -oE '^  -{1,2}[a-zA-Z-]+' | tr -d ' ')
# shellcheck disable=SC2046
named man/mailtapctl.1 $("$MAILTAPCTL" --help | grep -oE '^  +-{1,2}[a-z]+' | tr -d ' ')
# shellcheck disable=SC2046
named man/mailtapctl.1 $("$MAILTAPCTL" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
# shellcheck disable=SC2046
named man/mailtap-alerts.7 $(grep -hoE '\.name = "[a-z_]+"' sensor/detect/*.c | cut -d'"' -f2)
# Every key of a rule; and the fields, each with what it is, as the program lists them.
# shellcheck disable=SC2046
named man/mailtap-rules.5 $(sed -n '/} rule_keys/,/^};/s/.*{ "\([a-z]*\)", take.*/\1/p; /} rule_keys/,/^};/!d' \
	sensor/settings/user_rules_yaml.c) equals contains starts ends matches in exists
"$MAILTAPCTL" rules fields >"${TMPDIR:-/tmp}/fields.$$"
sed -n '/^\.Bd -literal$/,/^\.Ed$/p' man/mailtap-rules.5 | grep -v '^\.' | diff "${TMPDIR:-/tmp}/fields.$$" - || {
	echo "man/mailtap-rules.5: the fields (>) are not those of mailtapctl rules fields (<)"
	status=1
}
rm -f "${TMPDIR:-/tmp}/fields.$$"
# shellcheck disable=SC2046
named man/mailtapd.8 $(grep -ohE '\{ "[a-z_]+",' sensor/protocol/anomaly.c | cut -d'"' -f2) \
	fragment_overlap segment_conflict wild_segment reassembly_ceiling port_mismatch clear_after_starttls missing_bytes
# shellcheck disable=SC2046
named man/mailtapd.8 $(grep -ohE '\] = \{ "[a-z0-9]+",' sensor/decode/tunnel.c | cut -d'"' -f2)
exit $status
