#!/bin/sh
# What mailtapctl does with rule files: it checks them, lists the fields, and shows what rules would have said of a
# capture, switched off ones too; the shipped rules are sound, switched off, and each can be switched on.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${MAILTAPD:=$PWD/build/mailtapd}" "${MAILTAPCTL:=$PWD/build/mailtapctl}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

fail() {
	echo "check_rules: $*"
	status=1
}

# run WANTED-STATUS ARGUMENT...: output in $dir/out and $dir/err
run() {
	wanted=$1
	shift
	"$MAILTAPCTL" -c config/mailtapd.yaml "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ $got = "$wanted" ] || fail "mailtapctl $*: exit status $got, not $wanted: $(cat "$dir/err")"
}

has() { # FILE TEXT
	grep -qF -e "$2" "$dir/$1" || fail "no \"$2\" in: $(cat "$dir/$1")"
}

run 0 check config/rules/hunting.yaml
has out "config/rules/hunting.yaml: fine: 7 rules, 0 of them on"
run 0 check config/rules/forwarding.yaml
has out "forwarding.yaml: fine"
run 0 check config/mailtapd.yaml
printf 'rules:\n  - name: a\n    description: d\n    on: login\n    when: {field: user.nam, equals: x}\n' >"$dir/wrong.yaml"
run 1 check "$dir/wrong.yaml"
has err "wrong.yaml:5:19: rule a: there is no field \"user.nam\": did you mean \"user.name\"?"
run 1 rules test "$dir/wrong.yaml" pcaps/auth.pcap
has err "wrong.yaml:5:19"

run 0 rules fields
has out "destination.port                         number        all"
has out "email.subject                            text          message"
[ "$(wc -l <"$dir/out")" -gt 180 ] || fail "rules fields lists only $(wc -l <"$dir/out")"

# Rules that are off are tried as well, and what built-in rules say is left out.
run 0 rules test config/rules/hunting.yaml pcaps/exchange-rule.pcap
has out "low       hunt-mail-ports"
has out "10.20.0.30 talks to 10.20.0.25 port 25 (smtp)"
has out "hunt-mail-ports: 2 alerts"
has out "hunt-weak-tls: nothing"
grep -q auto_forward "$dir/out" && fail "rules test tells of a built-in rule"
run 0 --json rules test config/rules/hunting.yaml pcaps/exchange-rule.pcap
[ "$(grep -c '"name":"hunt-mail-ports"' "$dir/out")" = 2 ] || fail "not two documents: $(cat "$dir/out")"
run 1 rules test config/rules/hunting.yaml pcaps/none.pcap
has err "none.pcap"
run 1 rules test config/rules/forwarding.yaml pcaps/auth.pcap
has err "holds no rules"
run 1 rules
run 1 rules tset a b
has err "rules tset: no such command"
run 1 rules test a
has err "usage: mailtapctl rules test FILE PCAP"

# Each of the shipped can be switched on by its name, in the configuration; another name is none.
for name in $(sed -n 's/^  - name: //p' config/rules/hunting.yaml); do
	"$MAILTAPD" -t -c config/mailtapd.yaml --set detect.user_rules.enable="$name" >"$dir/out" 2>"$dir/err" ||
		fail "$name cannot be switched on: $(cat "$dir/err")"
	has out "7 user rules (1 on)"
done
"$MAILTAPD" -t -c config/mailtapd.yaml --set detect.user_rules.enable=hunt-mail-port >"$dir/out" 2>"$dir/err" &&
	fail "a rule that is none was switched on"
has err "no rule has the name \"hunt-mail-port\": did you mean \"hunt-mail-ports\"?"

# What is to be hidden is hidden in what rules say.
"$MAILTAPD" -c config/mailtapd.yaml -r pcaps/user-rules.pcap --print alerts --set include=pcaps/user-rules.yaml \
	--set home_networks=10.20.0.0/16 --set privacy.subject=off --set privacy.addresses=off >"$dir/out" 2>"$dir/err" ||
	fail "replay: $(cat "$dir/err")"
has out '"name":"figures"'
has out '"name":"clear-logins"'
grep -qE 'October|alice|erin' "$dir/out" && fail "not hidden: $(cat "$dir/out")"
exit $status
