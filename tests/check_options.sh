#!/bin/sh
# The options that the daemon knows, against what config/mailtapd.yaml and man/mailtapd.yaml.5 say of them: each stands
# there with the same default; and what `mailtapd -t` prints is a configuration that says the same.
set -u
cd "$(dirname "$0")/.." || exit 1
daemon=${MAILTAPD:-build/mailtapd}
failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "check_options: $*"
	failed=1
}

print() { # print FILE FROM [MORE]: the effective configuration after reading FROM
	out=$1
	shift
	"$daemon" -t -c "$@" >"$out" 2>"$dir/errors" || fail "mailtapd -t -c $*: $(cat "$dir/errors")"
}

# What -t prints as "dotted.path value" a line; with origin=1 the origin instead of the value.
flatten() { # flatten ORIGIN FILE
	awk -v origin="$1" '
	/^#/ { next }
	{
		depth = match($0, /[^ ]/) - 1
		line = substr($0, depth + 1)
		colon = index(line, ":")
		word[depth / 2] = substr(line, 1, colon - 1)
		rest = substr(line, colon + 2)
		if (rest == "")
			next
		path = word[0]
		for (i = 1; i <= depth / 2; i++)
			path = path "." word[i]
		mark = match(rest, /  # [^#]*$/)
		print path, origin ? substr(rest, mark + 4) : substr(rest, 1, mark - 1)
	}' "$2"
}

: >"$dir/empty.yaml"
print "$dir/defaults" "$dir/empty.yaml"
flatten 0 "$dir/defaults" >"$dir/options"
[ "$(wc -l <"$dir/options")" -gt 50 ] || fail "mailtapd -t prints only $(wc -l <"$dir/options") options"
flatten 1 "$dir/defaults" | grep -v ' default$' && fail "these are no defaults without a configuration"

# The configuration gives every option, and its default.
print "$dir/shipped" config/mailtapd.yaml
flatten 0 "$dir/shipped" >"$dir/shipped.options"
diff "$dir/options" "$dir/shipped.options" || fail "config/mailtapd.yaml gives other values than the defaults (>)"
flatten 1 "$dir/shipped" | grep -v ' mailtapd\.yaml:[1-9][0-9]*$' && fail "these stand not in config/mailtapd.yaml"

# The manual names every option, and its default. The host's name is the default of sensor_name, which it writes as "".
tr -s ' \n' '  ' <man/mailtapd.yaml.5 >"$dir/manual"
while read -r path value; do
	[ "$path" = sensor_name ] && value='""'
	PATH_OF=$path VALUE_OF=$value awk '
	{
		at = index($0, ".It Ic " ENVIRON["PATH_OF"] " (")
		entry = substr($0, at + length(ENVIRON["PATH_OF"]) + 9)
		want = ", default " ENVIRON["VALUE_OF"]
		found = index(entry, want)
		after = substr(entry, found + length(want), 1)
		before = substr(entry, 1, found)
		good = at > 0 && found > 0 && (after == "," || after == ")") && before !~ /\.It/
	}
	END { exit good ? 0 : 1 }' "$dir/manual" || fail "man/mailtapd.yaml.5 lacks $path with default $value"
done <"$dir/options"

# What is printed is a configuration that says the same, also of values that are no defaults.
print "$dir/again" "$dir/shipped"
flatten 0 "$dir/again" | diff "$dir/options" - || fail "what -t prints says something else when it is read"
print "$dir/changed" "$dir/empty.yaml" --set 'sensor_name=a "b" # c' --set 'home_networks=fd00::/8, 10.0.0.0/8' \
	--set flow.idle_timeout=90s --set detect.upload_asymmetry.pcr=95% --set 'capture.filter=tcp port 25' \
	--set publish.file.what=all --set 'detect.auto_forward.allow_senders=Ann@Example.ORG'
flatten 0 "$dir/changed" >"$dir/changed.options"
for line in 'sensor_name "a \"b\" # c"' 'home_networks ["fd00::/8", 10.0.0.0/8]' 'flow.idle_timeout 90s' \
	'detect.upload_asymmetry.pcr 0.95' 'capture.filter "tcp port 25"' 'publish.file.what all' \
	'detect.auto_forward.allow_senders [ann@example.org]'; do
	grep -qxF -e "$line" "$dir/changed.options" || fail "after --set, -t prints not: $line"
done
print "$dir/again" "$dir/changed"
flatten 0 "$dir/again" | diff "$dir/changed.options" - || fail "what -t prints after --set says something else when it is read"

# A wrong one is refused, all of it in one run, and nothing is printed.
printf 'flow:\n  mx: 1\n  idle_timeout: 35\n' >"$dir/wrong.yaml"
"$daemon" -t -c "$dir/wrong.yaml" >"$dir/out" 2>"$dir/errors"
[ $? = 1 ] || fail "a wrong configuration does not exit with 1"
[ -s "$dir/out" ] && fail "a wrong configuration is printed"
grep -q 'wrong.yaml:2:3: unknown key "flow.mx": did you mean "flow.max"?' "$dir/errors" || fail "$(cat "$dir/errors")"
grep -q 'wrong.yaml:3:17: flow.idle_timeout: "35" has no unit' "$dir/errors" || fail "$(cat "$dir/errors")"

[ "$failed" = 0 ] && echo "$(wc -l <"$dir/options") options"
exit "$failed"
