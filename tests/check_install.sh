#!/bin/sh
# `make install` with DESTDIR puts everything in place, `make uninstall` takes it away; a changed configuration stays.
set -eu
cd "$(dirname "$0")/.."
build=$(dirname "${MAILTAPD:-$PWD/build/mailtapd}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
run() { make -s BUILD="$build" -o all DESTDIR="$dir" "$1" >"$dir.log" 2>&1 || { cat "$dir.log"; rm -f "$dir.log"; exit 1; }; rm -f "$dir.log"; }
run install
status=0
for file in usr/sbin/mailtapd usr/bin/mailtapctl etc/mailtap/mailtapd.yaml etc/mailtap/rules/forwarding.yaml \
	etc/mailtap/rules/hunting.yaml etc/mailtap/rules/indicators.txt usr/share/man/man5/mailtap-rules.5 \
	usr/share/mailtap/schema/alert.json usr/lib/systemd/system/mailtapd.service \
	usr/lib/systemd/system/mailtapd@.service usr/lib/sysusers.d/mailtap.conf usr/lib/tmpfiles.d/mailtap.conf \
	usr/share/man/man8/mailtapd.8 usr/share/man/man1/mailtapctl.1 usr/share/man/man5/mailtapd.yaml.5 \
	usr/share/man/man7/mailtap-alerts.7 usr/share/bash-completion/completions/mailtapd; do
	[ -s "$dir/$file" ] || { echo "not installed: $file"; status=1; }
done
grep -q '^ExecStart=/usr/sbin/mailtapd' "$dir/usr/lib/systemd/system/mailtapd.service" || { echo "ExecStart is wrong"; status=1; }
"$dir/usr/sbin/mailtapd" -t -c "$dir/etc/mailtap/mailtapd.yaml" >/dev/null || { echo "the installed configuration is refused"; status=1; }
echo "# ours" >>"$dir/etc/mailtap/mailtapd.yaml"
run install
grep -q '^# ours$' "$dir/etc/mailtap/mailtapd.yaml" || { echo "a changed configuration was overwritten"; status=1; }
[ -s "$dir/etc/mailtap/mailtapd.yaml.new" ] || { echo "the new configuration was not laid beside the changed one"; status=1; }
run uninstall
left=$(cd "$dir" && find . -type f | sort | tr '\n' ' ')
[ "$left" = "./etc/mailtap/mailtapd.yaml " ] || { echo "left behind: $left"; status=1; }
exit $status
