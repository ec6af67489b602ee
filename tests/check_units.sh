#!/bin/sh
# The units, sysusers and tmpfiles are sound, and as tight as promised: exposure 3.0 at most.
set -eu
cd "$(dirname "$0")/.."
command -v systemd-analyze >/dev/null || { echo "needs systemd-analyze: sudo make deps"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/sbin"
cp /bin/true "$dir/sbin/mailtapd"
status=0
for unit in systemd/mailtapd.service systemd/mailtapd@.service; do
	name=${unit##*/}
	sed -e "s|@PREFIX@|$dir|g" -e "s|@SYSCONFDIR@|/etc|g" "$unit" >"$dir/$name"
	said=$(systemd-analyze verify --man=no "$dir/$name" 2>&1) || status=1
	[ -z "$said" ] || { echo "$unit: $said"; status=1; }
	exposure=$(systemd-analyze security --offline=true "$dir/$name" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "$unit: exposure $exposure"
	awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 3.0) }' || { echo "$unit: exposure is above 3.0"; status=1; }
	grep -q '^Type=notify$' "$unit" || { echo "$unit: Type=notify is missing"; status=1; }
	grep -q '^WatchdogSec=' "$unit" || { echo "$unit: WatchdogSec is missing"; status=1; }
done
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --dry-run "$PWD"/systemd/sysusers.d/mailtap.conf >/dev/null || { echo "sysusers.d: refused"; status=1; }
fi
exit $status
