#!/bin/bash
# Bad input: one clear line that names the file and says what to do, and the exit status that the manual promises.
set -u
cd "$(dirname "$0")/.."
: "${MAILTAPD:=$PWD/build/mailtapd}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
# expect WHAT STATUS PATTERN ARGUMENT...: one line on standard error that matches, and nothing on standard output.
expect() {
	local what=$1 wanted=$2 pattern=$3 code
	shift 3
	"$MAILTAPD" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	[ $code = "$wanted" ] || { echo "$what: exit status $code instead of $wanted"; status=1; }
	grep -qE -e "$pattern" "$dir/err" || { echo "$what: said: $(cat "$dir/err")"; status=1; }
	[ "$(wc -l <"$dir/err")" = 1 ] || { echo "$what: $(wc -l <"$dir/err") lines instead of one"; cat "$dir/err"; status=1; }
}
pcap=pcaps/ordinary.pcap
size=$(stat -c %s "$pcap")

: >"$dir/empty.pcap"
expect "empty file" 2 'empty\.pcap: is empty' -r "$dir/empty.pcap"
expect "no such file" 2 'nothing\.pcap: No such file' -r "$dir/nothing.pcap"
expect "directory" 2 "$dir: is a directory" -r "$dir"
echo "this is not a capture file, whatever its name says" >"$dir/text.pcap"
expect "not a capture" 2 'text\.pcap: is no capture file' -r "$dir/text.pcap"
head -c 10 "$pcap" >"$dir/short.pcap"
expect "ends inside the file header" 2 'short\.pcap: ' -r "$dir/short.pcap"
{ printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\177\0\0\0'; tail -c +25 "$pcap"; } >"$dir/radio.pcap"
expect "a link type nobody knows" 0 'radio\.pcap: link type .* is not known' -r "$dir/radio.pcap"
head -c $((size - 30)) "$pcap" >"$dir/cut.pcap"
expect "ends inside a packet" 3 'cut\.pcap: the file is damaged here: .*what came before it counts' -r "$dir/cut.pcap" --print events
[ "$(grep -c '"mailtap.message"' "$dir/out")" -ge 1 ] || { echo "ends inside a packet: what came before was lost"; status=1; }
head -c 24 "$pcap" >"$dir/none.pcap"
"$MAILTAPD" -r "$dir/none.pcap" --print all >"$dir/out" 2>"$dir/err" || { echo "a capture without packets: exit $?"; status=1; }
[ ! -s "$dir/err" ] || { echo "a capture without packets: $(cat "$dir/err")"; status=1; }

# Standard input, and several files one after the other.
"$MAILTAPD" -r - --print events <"$pcap" >"$dir/a" || { echo "standard input: exit $?"; status=1; }
"$MAILTAPD" -r "$pcap" --print events >"$dir/b"
strip() { sed -e 's/"ingress":{"interface":{"name":"[^"]*"}},//' "$1"; }
[ "$(strip "$dir/a")" = "$(strip "$dir/b")" ] || { echo "standard input gives another output"; status=1; }
# A file is read alike whatever is said of workers.
for workers in 1 2 16; do
	"$MAILTAPD" -r "$pcap" --print all --set capture.workers=$workers >"$dir/w$workers"
	cmp -s "$dir/w1" "$dir/w$workers" || { echo "capture.workers=$workers gives another output"; status=1; }
done
# Too little memory is said before anything is read, with what takes it.
"$MAILTAPD" -r "$pcap" --set limits.memory=64MiB --set publish.redis.enabled=true --set publish.redis.queue_bytes=512MiB \
	>"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q 'limits.memory is 64MiB, and more than 5[0-9][0-9]MiB are needed' "$dir/err" ||
	{ echo "too little memory: $(cat "$dir/err")"; status=1; }
# What is to be hidden stands nowhere in what is printed.
echo 'a secret of the site, long enough' >"$dir/key"
"$MAILTAPD" -r pcaps/exchange-forward.pcap --print all --set privacy.addresses=hashed --set privacy.subject=off \
	--set privacy.filenames=hashed --set privacy.key_file="$dir/key" >"$dir/private"
"$MAILTAPD" -r pcaps/exchange-forward.pcap --print all >"$dir/clear"
[ "$(wc -l <"$dir/private")" = "$(wc -l <"$dir/clear")" ] && grep -q 'alice@company' "$dir/clear" &&
	! grep -qE 'alice|ivan|Offer 2026|offer-[0-9]' "$dir/private" ||
	{ echo "privacy: $(grep -oE '.{20}(alice|ivan|Offer 2026|offer-[0-9]).{20}' "$dir/private" | head -1)"; status=1; }
"$MAILTAPD" -r "$pcap" --set privacy.addresses=hashed >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q 'privacy.key_file' "$dir/err" || { echo "no key to hash with: $(cat "$dir/err")"; status=1; }
"$MAILTAPD" -r "$pcap" -r pcaps/odd-port.pcap --print events | grep -c '"mailtap.message"' >"$dir/both"
"$MAILTAPD" -r pcaps/odd-port.pcap --print events | grep -c '"mailtap.message"' >"$dir/odd"
one=$(grep -c '"mailtap.message"' "$dir/b")
[ "$(cat "$dir/both")" = $((one + $(cat "$dir/odd"))) ] || { echo "two files give other messages than one by one"; status=1; }

# Configuration and usage.
expect "no such configuration" 1 'nowhere\.yaml: No such file' -c "$dir/nowhere.yaml" -r "$pcap"
printf 'detect:\n  upload_asymetry:\n    pcr: 0.5\n' >"$dir/typo.yaml"
expect "unknown key" 1 'typo\.yaml:2:3: .*upload_asymmetry' -c "$dir/typo.yaml" -t
printf 'capture:\n  snaplen: many\n' >"$dir/type.yaml"
expect "wrong type" 1 'type\.yaml:2:12: ' -c "$dir/type.yaml" -t
expect "unknown option on the command line" 1 '--set nonsense=1' --set nonsense=1 -t
expect "no such interface" 2 'nosuchif0: ' -f -i nosuchif0 --set daemon.user= --set daemon.control.path=
printf 'a: [1\n b: 2\nsnaplen: 3\n' >"$dir/bad.yaml"
"$MAILTAPD" -c "$dir/bad.yaml" -t >"$dir/out" 2>"$dir/err"; [ $? = 1 ] || { echo "bad YAML: accepted"; status=1; }
grep -qE 'bad\.yaml:[0-9]+:[0-9]+: ' "$dir/err" || { echo "bad YAML: $(cat "$dir/err")"; status=1; }
"$MAILTAPD" -r "$pcap" -i lo >/dev/null 2>"$dir/err"; [ $? = 1 ] || { echo "-r and -i together: accepted"; status=1; }
if [ "$(id -u)" = 0 ]; then
	cp "$pcap" "$dir/secret.pcap"
	chmod 0 "$dir/secret.pcap"
	chmod 0755 "$dir"
	cp "$MAILTAPD" "$dir/mailtapd"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/mailtapd" -r "$dir/secret.pcap" >/dev/null 2>"$dir/err"
	code=$?
	{ [ $code = 2 ] && grep -q 'secret.pcap: .*[Pp]ermission denied' "$dir/err"; } ||
		{ echo "unreadable file: exit $code: $(cat "$dir/err")"; status=1; }
fi
"$MAILTAPD" --help | grep -q 'Exit status' || { echo "--help says nothing of exit status"; status=1; }
"$MAILTAPD" -V | grep -qE '^mailtapd [0-9]' || { echo "-V says no version"; status=1; }
exit $status
