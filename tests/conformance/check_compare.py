#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the comparer itself, without the daemon: what is right holds, and every fact that is altered, and every
observation that is left out, is noticed.

usage: check_compare.py [CASES_DIR]

Facts are made up from the comparer's own tables, so that every row is tried. With a folder of cases each of its fact
names must have a row, and its facts are tried the same way.
"""
import copy
import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import adapter  # noqa: E402
import compare  # noqa: E402

EXAMPLES = {"same": 7, "text": "some text", "list": ["one", "two"], "set": ["two", "one"],
            "address": "alice@company.example", "addresses": ["alice@company.example", "bob@company.example"],
            "address set": ["bob@company.example", "alice@company.example"]}
TRIES_PER_FACT = 3
failures = []
tried = {}


def expect(good, sentence):
    if not good:
        failures.append(sentence)


# Made-up facts: every row of every table once.

def example(fields):
    out = {}
    for key, kind in fields.items():
        if isinstance(kind, dict):
            out[key] = example(kind)
        elif isinstance(kind, list):
            out[key] = [example(kind[0]), example(kind[0])]
        elif kind == "md5 of subject":
            out[key] = hashlib.md5(EXAMPLES["text"].encode()).hexdigest()
        else:
            out[key] = copy.deepcopy(EXAMPLES[kind])
    return out


def made_up_case():
    flows = [example(compare.FLOW) | {"client": f"10.0.0.{n}:1000", "server": "10.0.0.9:25"} for n in (1, 2)]
    facts = {"flows": flows, "smtp_messages": [example(compare.MESSAGE) | {"flow": n} for n in (0, 1, 1)],
             "smtp_abandoned_envelopes": [{"flow": 1, "mail_from": "a@b", "rcpt_to": ["c@d"]}],
             "pop3_exchanges": [example(compare.EXCHANGE)], "layers": [{"stack": "eth/ip/tcp", "packets": 3}],
             "vlan_ids": [[4, 5]], "decoder": {"value": {"decoder.ipv4": 1}}, "no_anomalies": {"value": True},
             "tcp_flows": copy.deepcopy(flows)}
    for section, fields in compare.PER_FLOW.items():
        facts[section] = [example(fields) | {"flow": n} for n in (0, 1)]
    long = {"flow": 0, "subject_prefix": "aaaa", "subject_length": 40, "from_contains": ["al", "ce"], "rcpt_to_count": 9,
            "rcpt_to_first": ["a@b", "c@d"], "rcpt_to_last": "y@z"}
    facts["smtp_messages"].insert(1, long)
    return {"id": "made-up", "facts": facts}


# The observation that is exactly right.

def perfect(fields, fact):
    seen, by_field = {"_cut": set()}, {}
    for key, want in fact.items():
        if key in compare.IGNORED:
            continue
        kind = fields.get(key)
        field, ending = compare.derived(key, fields)
        if isinstance(kind, dict):
            seen[key] = perfect(kind, want)
        elif isinstance(kind, list):
            seen[key] = [perfect(kind[0], x) for x in want]
        elif kind is not None and kind != "md5 of subject":
            seen[key] = copy.deepcopy(want)
        elif field is not None:
            by_field.setdefault(field, {})[ending] = want
    for field, said in by_field.items():
        if "_without_last_crlf" in said:
            continue
        if "_contains" in said:
            parts = said["_contains"]
            seen[field] = " ".join(parts if isinstance(parts, list) else [parts])
        elif "_prefix" in said or "_length" in said:
            seen[field] = said.get("_prefix", "").ljust(said.get("_length", 0), "~")
        else:
            first, last = said.get("_first", []), [said["_last"]] if "_last" in said else []
            between = said.get("_count", len(first) + len(last)) - len(first) - len(last)
            seen[field] = first + ["filler@example"] * between + last
    return seen


def perfect_observation(facts):
    seen = {k: [] for k in ("flows", "smtp_messages", "anomalies", *compare.PER_FLOW)}
    for key in ("flows", "tcp_flows"):
        if key in facts:
            seen[key] = [perfect(compare.FLOW, f) for f in facts[key]]
    for key, fields in (*compare.PER_FLOW.items(), ("smtp_messages", compare.MESSAGE)):
        seen[key] = [perfect(fields, f) | {"flow": f["flow"]} for f in facts.get(key, [])]
    if "pop3_exchanges" in facts:
        seen["pop3_exchanges"] = [perfect(compare.EXCHANGE, f) for f in facts["pop3_exchanges"]]
    for key in ("layers", "vlan_ids"):
        if key in facts:
            seen[key] = copy.deepcopy(facts[key])
    if "decoder" in facts:
        seen["decoder"] = copy.deepcopy(facts["decoder"]["value"])
    if facts.get("no_anomalies") and not facts["no_anomalies"]["value"]:
        seen["anomalies"] = [{"kind": "x"}]
    return seen


# Every fact altered, every observed field left out: one at a time.

def altered(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "\u00a7"
    if isinstance(value, list):
        return value + ["\u00a7"]
    if isinstance(value, dict):
        return value | {"x": 1}
    return "!"


def is_branch(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def leaves(value, path=()):
    """-> (path of keys, name without indices) of each fact"""
    if is_branch(value):
        for i, x in enumerate(value):
            yield from leaves(x, path + (i,))
    elif isinstance(value, dict) and not (path and path[-1] in ("command_counts", "reply_code_counts", "value")):
        for key, x in value.items():
            if key not in compare.IGNORED and key != "_cut" and not key.endswith("_dropped"):
                yield from leaves(x, path + (key,))
    elif path:
        yield path, ".".join(x for x in path if isinstance(x, str))


def holder(thing, path):
    for step in path[:-1]:
        thing = thing[step]
    return thing


def worth_trying(name):
    tried[name] = tried.get(name, 0) + 1
    return tried[name] <= TRIES_PER_FACT


def check_case(case):
    seen = perfect_observation(case["facts"])
    result = compare.compare(case, seen)
    expect(not result.fails, f"{case['id']}: the right observation fails: {result.fails}")
    for path, name in leaves(case["facts"]):
        # An abandoned envelope says nothing but how many messages there are; other words for anomalies are no fault;
        # the second reading of an object matters only when the first is not met. Each is checked below.
        if path[0] in ("smtp_abandoned_envelopes", "anomalies") or name.endswith("_without_last_crlf") or \
                not worth_trying("fact " + name):
            continue
        changed = copy.deepcopy(case)
        there = holder(changed["facts"], path)
        one_more = [{"flow": 0, "client": "z:1", "server": "z:2"}]
        there[path[-1]] = one_more if path[1:] == () and there[path[-1]] == [] else altered(there[path[-1]])
        expect(compare.compare(changed, seen).fails, f"{case['id']}: {name} altered, and nobody minds")
    for path, name in leaves(seen):
        if path[0] in ("anomalies",) or isinstance(path[-1], int) or not worth_trying("seen " + name):
            continue
        less = copy.deepcopy(seen)
        del holder(less, path)[path[-1]]
        empty = seen[path[0]] == [] and len(path) == 1      # nothing was observed there, and nothing was due
        expect(empty or compare.compare(case, less).fails, f"{case['id']}: {name} left out, and nobody minds")
    for key in [k for k, v in seen.items() if isinstance(v, list) and v and k != "anomalies"]:
        expect(compare.compare(case, {k: v for k, v in seen.items() if k != key}).fails,
               f"{case['id']}: {key} left out, and nobody minds")


def check_unknown(case):
    seen = perfect_observation(case["facts"])
    for path in [("unheard_of",), ("flows", 0, "unheard_of"), ("smtp_messages", 0, "unheard_of"),
                 ("smtp_messages", 0, "attachments", 0, "unheard_of"), ("tls", 0, "certificates", 0, "unheard_of"),
                 ("no_anomalies", "unheard_of"), ("layers_of_cake",)]:
        changed = copy.deepcopy(case)
        holder(changed["facts"], path)[path[-1]] = "x"
        expect(compare.compare(changed, seen).fails, f"a fact that nobody knows passes: {path}")


def message_case(fact, got):
    flow = {"client": "a:1", "server": "b:25", "client_bytes": 1}
    case = {"id": "message", "facts": {"flows": [flow], "smtp_messages": [fact | {"flow": 0}]}}
    seen = {"flows": [flow | {"_cut": set()}], "smtp_messages": [got | {"flow": 0}]}
    return compare.compare(case, seen)


def check_cut():
    for got, cut, good in (("abcdef", False, True), ("abc\u2026", True, True), ("abc\u2026", False, False),
                           ("abd\u2026", True, False), ("abcdefg", True, False), ("\u2026", True, False),
                           ("abc", True, False), ("", True, False)):
        result = message_case({"subject": "abcdef"}, {"subject": got, "_cut": {"subject"} if cut else set()})
        expect((not result.fails) is good, f"subject {got!r}, {'marked' if cut else 'not marked'} as cut")
    for got, cut, good in (("a" * 9, False, True), ("a" * 8, False, False), ("a" * 4 + "\u2026", True, True),
                           ("a" * 4 + "\u2026", False, False), ("a" * 12 + "\u2026", True, False)):
        result = message_case({"subject_length": 9}, {"subject": got, "_cut": {"subject"} if cut else set()})
        expect((not result.fails) is good, f"length of {got!r}, {'marked' if cut else 'not marked'} as cut")
    many = {"_cut": {"rcpt_to"}, "rcpt_to": ["a@b"], "rcpt_to_dropped": 2}
    expect(not message_case({"rcpt_to_count": 3}, many).fails, "dropped recipients are not counted")
    expect(message_case({"rcpt_to_last": "a@b"}, many).fails, "the last of a cut list is believed")
    expect(message_case({"rcpt_to": ["a@b"]}, many | {"rcpt_to": ["a@c"]}).fails, "another recipient passes")


def check_two_readings():
    fact = {"attachments": [{"filename": "f", "size": 32, "sha256": "long", "size_without_last_crlf": 30,
                             "sha256_without_last_crlf": "short", "md5": "m"}]}
    for size, digest, good in ((32, "long", True), (30, "short", True), (30, "long", False), (32, "short", False),
                               (31, "long", False)):
        got = {"_cut": set(), "attachments": [{"_cut": set(), "filename": "f", "size": size, "sha256": digest,
                                               "md5": "m"}]}
        expect((not message_case(fact, got).fails) is good, f"size {size} with hash {digest}")


def check_counts(case):
    seen = perfect_observation(case["facts"])
    for key, change in (("smtp_messages", lambda x: x + [x[-1]]), ("flows", lambda x: x + [x[-1]]),
                        ("tcp_flows", lambda x: x + [x[-1]]), ("smtp_messages", lambda x: x[:-1]),
                        ("anomalies", lambda x: [{"kind": "gap"}])):
        expect(compare.compare(case, seen | {key: change(seen[key])}).fails, f"{key}: one more or less passes")


def check_adapter():
    session = {"event": {"dataset": "mailtap.session", "start": "1"}, "network": {"transport": "tcp", "protocol": "smtp"},
               "source": {"ip": "fd00::1", "port": 1, "packets": 2}, "destination": {"ip": "10.0.0.1", "port": 25,
               "packets": 3}, "mailtap": {"session": "s", "smtp": {"commands": ["EHLO", "QUIT"]}}}
    message = {"event": {"dataset": "mailtap.message"}, "email": {"subject": "x\u2026"},
               "mailtap": {"session": "s", "transfer": "smtp-data", "truncated": ["email.subject"]}}
    seen = adapter.observe([message, session])
    expect(seen["flows"][0]["client"] == "[fd00::1]:1" and seen["flows"][0]["packets"] == 5, "adapter: endpoints")
    expect(seen["smtp_sessions"][0]["command_counts"] == {"EHLO": 1, "QUIT": 1}, "adapter: commands")
    expect(seen["smtp_messages"][0]["_cut"] == {"subject"} and "mail_from" not in seen["smtp_messages"][0],
           "adapter: what is cut, and what is not said")
    try:
        adapter.observe([message])
        expect(False, "adapter: a message without its session passes")
    except ValueError:
        pass


def main():
    case = made_up_case()
    check_case(case)
    check_unknown(case)
    check_counts(case)
    check_cut()
    check_two_readings()
    check_adapter()
    count = 1
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[2] / "shared" / "captures")
    if (folder / "cases.json").is_file():
        for case in json.loads((folder / "cases.json").read_text(encoding="utf-8"))["cases"]:
            check_case(case)
            count += 1
    for sentence in failures:
        print("FAIL", sentence)
    print(f"comparer: {count} cases, {len(tried)} names of facts and observations tried, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
