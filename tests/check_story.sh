#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A spray, a login and bulk reading of pcaps/story.pcap are one case, each graver and riskier than the one before.
set -u
cd "$(dirname "$0")/.."
: "${MAILTAPD:=build/mailtapd}"
"$MAILTAPD" -c config/mailtapd.yaml -r pcaps/story.pcap --print alerts --set 'home_networks=[10.20.0.0/16]' \
	--set 'local_domains=[company.example]' 2>/dev/null | python3 -c '
import json, sys

rank = ["low", "medium", "high", "critical"]
told = {}
for line in sys.stdin:
    alert = json.loads(line)
    told.setdefault(alert["rule"]["name"], alert)
chapters = [told.get(name) for name in ("auth_spray", "auth_success_after_failures", "bulk_fetch")]
if None in chapters:
    sys.exit("check_story: a chapter is missing: " + " ".join(told))
if len({c["mailtap"]["alert"]["case"] for c in chapters}) != 1:
    sys.exit("check_story: not one case")
for before, after in zip(chapters, chapters[1:]):
    if rank.index(after["mailtap"]["severity"]) <= rank.index(before["mailtap"]["severity"]):
        sys.exit("check_story: severity does not rise to " + after["rule"]["name"])
    if after["event"]["risk_score"] <= before["event"]["risk_score"]:
        sys.exit("check_story: risk does not rise to " + after["rule"]["name"])
    if before["event"]["id"] not in json.dumps(after["mailtap"]["alert"]["evidence"]):
        sys.exit("check_story: evidence does not name " + before["rule"]["name"])
    if before["rule"]["name"] not in after["event"]["reason"].split("It belongs to one case with ")[-1]:
        sys.exit("check_story: the reason does not say what went before " + after["rule"]["name"])
if any(a["mailtap"]["alert"]["case"] == chapters[0]["mailtap"]["alert"]["case"] and "user0" in json.dumps(a["related"])
       for a in told.values() if a not in chapters):
    sys.exit("check_story: an account that was only tried is part of it")
'
