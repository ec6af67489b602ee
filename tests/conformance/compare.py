# SPDX-License-Identifier: Apache-2.0
"""compare: holds observations (adapter.py) against the facts of one case.

Every fact has a comparer in the tables below, and Result keeps account of which facts were read: a fact that no
comparer looked at is itself a failure, and so is a fact of a name that no table has. The group of a fact is its path
without indices: "tls.ja3", "smtp_messages.attachments.md5"; tests/conformance/not-yet names groups or what they begin
with.
"""
import hashlib
import re

IGNORED = {"by", "app_note", "flow"}    # sources, remarks, and the index that ties a fact to its flow
CUT = "\u2026"

# How a field is held against its fact; see COMPARERS.
FLOW = dict.fromkeys(("proto", "app", "client", "server", "community_id", "handshake", "carried_in"), "text") | \
    dict.fromkeys(("packets", "client_packets", "server_packets", "client_bytes", "server_bytes",
                   "missing_client_bytes", "missing_server_bytes", "starttls", "vlan"), "same") | \
    dict.fromkeys(("client_sha256", "server_sha256"), "same")
NTLM = {"domain": "text", "host": "text"}
AUTH = {"mechanism": "text", "user": "text"}
SMTP_SESSION = {"banner_code": "same", "banner": "text", "helo": "text", "commands": "list", "command_counts": "same",
                "reply_codes": "list", "reply_code_counts": "same", "client_sent_tls_to_plaintext": "same",
                "auth": AUTH, "ntlm": NTLM}
PART = {"depth": "same", "content_type": "text", "encoding": "text", "size": "same", "sha256": "same"}
ATTACHMENT = {"filename": "text", "content_type": "text", "encoding": "text", "size": "same", "md5": "same",
              "sha1": "same", "sha256": "same", "container": "same"}
MESSAGE = {"mail_from": "address", "rcpt_to": "addresses", "rcpt_refused": "address set", "via": "text",
           "chunks": "list", "status": "text", "complete": "same", "last_reply": "text", "size": "same",
           "size_seen": "same", "sha1": "same", "sha256": "same", "subject": "text", "subject_md5": "md5 of subject",
           "from": "text", "from_addr": "addresses", "to": "addresses", "cc": "addresses", "date": "text",
           "message_id": "text", "in_reply_to": "text", "user_agent": "text", "received_count": "same",
           "received": "list", "content_type": "text", "urls": "set", "attachments": [ATTACHMENT], "parts": [PART],
           "kind": "text", "literal": "same", "retr": "text"}
POP3 = {"banner": "text", "auth": "text", "user": "text", "ntlm": NTLM, "logins": "list", "commands": "list",
        "command_counts": "same", "capabilities": "set", "stat": "text", "list_entries": "same",
        "list_complete": "same", "uidl_entries": "same", "uidl_complete": "same", "messages": [MESSAGE]}
EXCHANGE = {"count": "same", "command": "text", "ok": "same", "text": "text", "data": "list", "args": "list"}
IMAP = {"banner": "text", "capabilities": "set", "user": "text", "auth": "text", "ntlm": NTLM, "folders": "list",
        "commands": "list", "command_counts": "same", "fetched": [MESSAGE], "subjects": "set",
        "from_addrs": "address set", "to_addrs": "address set"}
CERTIFICATE = {"sha1": "same", "sha256": "same", "subject": "text", "issuer": "text", "serial": "text",
               "san_dns": "set"}
TLS = {"sni": "text", "client_version": "text", "version": "text", "cipher": "text", "cipher_name": "text",
       "ja3": "same", "ja3s": "same", "ja4": "same", "certificates": [CERTIFICATE]}
LAYER = {"stack": "text", "packets": "same"}

PER_FLOW = {"smtp_sessions": SMTP_SESSION, "pop3": POP3, "imap": IMAP, "tls": TLS}
SECTIONS = {"flows", "tcp_flows", "smtp_messages", "smtp_abandoned_envelopes", "pop3_exchanges", "mail_sessions",
            "layers", "vlan_ids", "decoder", "anomalies", "no_anomalies", *PER_FLOW}

# A derived fact says something about the field in front: name, then this.
DERIVED = ("_prefix", "_length_unfolded", "_length", "_contains", "_count", "_first", "_last", "_without_last_crlf")


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def plain(value):
    """The value with white space squeezed in all of its text."""
    if isinstance(value, str):
        return squeeze(value)
    if isinstance(value, list):
        return [plain(x) for x in value]
    return value


def lower(value):
    return [x.lower() for x in value] if isinstance(value, list) else value.lower()


def is_list_of_text(value):
    return isinstance(value, list) and all(isinstance(x, str) for x in value)


def same_text(want, got, cut):
    """Equal, or the beginning of what is due where the daemon says that it cut."""
    if not isinstance(want, str) or not isinstance(got, str):
        return want is None and got is None
    want, got = squeeze(want), squeeze(got)
    if want == got:
        return True
    return cut and got.endswith(CUT) and len(got) > len(CUT) and want.startswith(got[:-len(CUT)].rstrip())


def same_addresses(want, got, _cut):
    return is_list_of_text(got) and lower(plain(want)) == lower(plain(got))


def same_address_set(want, got, _cut):
    return is_list_of_text(got) and set(lower(plain(want))) == set(lower(plain(got)))


COMPARERS = {
    "same": lambda want, got, cut: type(want) is type(got) and want == got,
    "text": same_text,
    "list": lambda want, got, cut: isinstance(got, list) and plain(want) == plain(got),
    "set": lambda want, got, cut: is_list_of_text(got) and sorted(plain(want)) == sorted(plain(got)),
    "address": lambda want, got, cut: isinstance(got, str) and same_text(want.lower(), got.lower(), cut),
    "addresses": same_addresses,
    "address set": same_address_set,
}


def derived(key, fields):
    """-> (field, ending) when the key says something about a field of the table, else (None, None)."""
    for ending in DERIVED:
        if key.endswith(ending) and key[:-len(ending)] in fields:
            return key[:-len(ending)], ending
    return None, None


def has_comparer(key, fields):
    return key in fields or derived(key, fields)[0] is not None


class Result:
    """What became of each fact of a case."""

    def __init__(self):
        self.holds = {}         # group -> how many facts
        self.fails = {}         # group -> [sentence]
        self.advice = []
        self._read = set()      # (id of the object, key): looked at
        self._whole = set()     # the same: compared as a whole, with all that is below

    def judge(self, owner, key, group, good, where, want, got):
        self._read.add((id(owner), key))
        if owner.get(key) is want:
            self._whole.add((id(owner), key))
        if good:
            self.holds[group] = self.holds.get(group, 0) + 1
        else:
            saw = "nothing" if got is None else short(got)
            self.fails.setdefault(group, []).append(f"{where}: want {short(want)}, saw {saw}")

    def advise(self, owner, key, sentence):
        self._read.add((id(owner), key))
        self.advice.append(sentence)

    def unread(self, value, where=""):
        """Facts that no comparer looked at: a fault of this program or a kind of fact it does not know."""
        if isinstance(value, list):
            for i, x in enumerate(value):
                yield from self.unread(x, f"{where}[{i}]")
        elif isinstance(value, dict):
            for key, x in value.items():
                if key in IGNORED or (id(value), key) in self._whole:
                    continue
                if isinstance(x, dict) or (isinstance(x, list) and x and isinstance(x[0], dict)):
                    yield from self.unread(x, f"{where}.{key}")
                elif (id(value), key) not in self._read:
                    yield f"{where}.{key}"


def short(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def compare_derived(want, got, seen, field, ending, cut):
    if ending == "_prefix":
        return isinstance(got, str) and (squeeze(got).startswith(squeeze(want)) or (cut and same_text(want, got, cut)))
    if ending in ("_length", "_length_unfolded"):
        return isinstance(got, str) and (len(got) == want or (cut and got.endswith(CUT) and 1 < len(got) <= want))
    if ending == "_contains":
        parts = want if isinstance(want, list) else [want]
        return isinstance(got, str) and all(squeeze(p) in squeeze(got) for p in parts)
    dropped = seen.get(field + "_dropped", 0)
    if not isinstance(got, list):
        return False
    if ending == "_count":
        return len(got) + dropped == want
    if ending == "_first":
        return lower(plain(got[:len(want)])) == lower(plain(want))
    return dropped == 0 and bool(got) and lower(plain(got[-1])) == lower(plain(want))


def compare_one(result, owner, key, fields, seen, group, where):
    """One field of an expected object; `seen` is the observed object, or None when there is none."""
    want, kind, there = owner[key], fields.get(key), seen is not None
    if isinstance(kind, dict):
        result._read.add((id(owner), key))
        compare_object(result, want, kind, seen.get(key) if there else None, f"{group}.{key}", f"{where}.{key}")
    elif isinstance(kind, list):
        compare_list(result, owner, key, kind[0], seen, f"{group}.{key}", f"{where}.{key}")
    elif kind == "md5 of subject":
        subject = seen.get("subject") if there else None
        good = isinstance(subject, str) and hashlib.md5(subject.encode()).hexdigest() == want
        result.judge(owner, key, f"{group}.{key}", good, f"{where}.{key}", want, subject)
    elif kind is not None:
        got, cut = (seen.get(key), key in seen.get("_cut", ())) if there else (None, False)
        # "null" in a fact says that the thing is absent; it must have been looked for.
        good = there and key in seen and COMPARERS[kind](want, got, cut)
        result.judge(owner, key, f"{group}.{key}", good, f"{where}.{key}", want, got)
    else:
        field, ending = derived(key, fields)
        if field is None:
            result.judge(owner, key, f"{group}.{key}", False, f"{where}.{key}", want, "no comparer for such a fact")
            return
        got, cut = (seen.get(field), field in seen.get("_cut", ())) if there else (None, False)
        good = there and compare_derived(want, got, seen, field, ending, cut)
        result.judge(owner, key, f"{group}.{field}", good, f"{where}.{key}", want, got)


def compare_object(result, want, fields, seen, group, where):
    # Some files state an object's values as octets without the last line end as well: either is right, but all of it.
    other = {k: k + "_without_last_crlf" for k in want if k + "_without_last_crlf" in want}
    if other and seen is not None and all(seen.get(k) == want[o] for k, o in other.items()):
        for key in want:
            if key in other or key in other.values() or key in ("md5", "sha1"):
                result.judge(want, key, f"{group}.{key}", True, where, None, None)
        want_keys = [k for k in want if (id(want), k) not in result._read]
    else:
        for alternative in other.values():
            result._read.add((id(want), alternative))
        want_keys = [k for k in want if k not in other.values()]
    for key in want_keys:
        if key not in IGNORED:
            compare_one(result, want, key, fields, seen, group, where)


def pair(want, got, name):
    """Observed objects in the order of the expected: by name where there is one, else the next."""
    left = list(got)
    for w in want:
        if not isinstance(w, dict):
            yield w, None
            continue
        hit = next((g for g in left if w.get(name) is not None and
                    same_text(w[name], g.get(name), name in g.get("_cut", ()))), None)
        if hit is None and left and (w.get(name) is None or name not in w):
            hit = left[0]
        if hit is not None:
            left.remove(hit)
        yield w, hit


def compare_list(result, owner, key, fields, seen, group, where):
    want = owner[key]
    got = seen.get(key) if seen is not None else None
    result.judge(owner, key, group, isinstance(got, list) and len(got) == len(want), f"{where} (how many)", len(want),
                 None if not isinstance(got, list) else len(got))
    got = got if isinstance(got, list) else []
    pairs = pair(want, got, "filename") if fields is ATTACHMENT else \
        ((w, got[i] if i < len(got) else None) for i, w in enumerate(want))
    for i, (w, g) in enumerate(pairs):
        if isinstance(w, dict):
            compare_object(result, w, fields, g, group, f"{where}[{i}]")
        else:
            result.judge(owner, key, group, False, f"{where}[{i}]", w, "no comparer for such a fact")


def compare_flows(result, facts, key, seen):
    """-> index of the observed flow for each expected one, None where there is none."""
    want, got = facts[key], seen.get(key, [])
    result.judge(facts, key, key, len(got) <= len(want), f"{key} (how many)", len(want), len(got))
    found, used = [], set()
    for i, w in enumerate(want):
        hit = next((j for j, g in enumerate(got) if j not in used and g.get("client") == w["client"] and
                    g.get("server") == w["server"]), None)
        used.add(hit)
        found.append(hit)
        # Without a payload octet there is no session to report, and the facts about it stand in a group of their own.
        silent = w.get("client_bytes") == 0 and w.get("server_bytes") == 0 and hit is None
        compare_object(result, w, FLOW, None if hit is None else got[hit], f"{key}.silent" if silent else key,
                       f"{key}[{i}]")
    return found


def compare_messages(result, facts, seen, found):
    want, got = facts["smtp_messages"], seen.get("smtp_messages", [])
    result.judge(facts, "smtp_messages", "smtp_messages", len(got) == len(want), "smtp_messages (how many)", len(want),
                 len(got))
    at = {}
    for i, w in enumerate(want):
        here = [g for g in got if found[w["flow"]] is not None and g["flow"] == found[w["flow"]]]
        n = at[w["flow"]] = at.get(w["flow"], -1) + 1
        compare_object(result, w, MESSAGE, here[n] if n < len(here) else None, "smtp_messages", f"smtp_messages[{i}]")


def compare_abandoned(result, facts, seen, found):
    """An envelope without content may be reported or not, but never as a message."""
    key = "smtp_abandoned_envelopes"
    result._read.add((id(facts), key))
    for i, w in enumerate(facts[key]):
        flow = found[w["flow"]]
        due = sum(m["flow"] == w["flow"] for m in facts.get("smtp_messages", []))
        said = sum(m["flow"] == flow for m in seen.get("smtp_messages", [])) if flow is not None else None
        for field in w:
            if field not in IGNORED:
                result.judge(w, field, key, said is not None and said <= due, f"{key}[{i}] told as a message", due, said)


def compare_advice(result, facts, seen):
    kinds = {a.get("kind") for a in seen.get("anomalies", [])}
    if "anomalies" in facts:
        result._read.add((id(facts), "anomalies"))
        for a in facts["anomalies"]:
            result.advise(a, "kind", f"anomaly {a['kind']}: {'said' if a['kind'] in kinds else 'other words, or none'}")
    if "no_anomalies" in facts:
        result._read.add((id(facts), "no_anomalies"))
        want = facts["no_anomalies"]["value"]
        result.judge(facts["no_anomalies"], "value", "no_anomalies", (not kinds) is want, "no_anomalies", want,
                     sorted(map(str, kinds)))


def compare_whole(result, owner, key, got, group):
    """layers, vlan_ids, decoder: as a whole, in any order."""
    want = owner[key]
    ordered = [sorted(x, key=repr) if isinstance(x, list) else x for x in (want, got)]
    result.judge(owner, key, group, got is not None and ordered[0] == ordered[1], group, want, got)


def compare(case, seen):
    """-> Result"""
    facts, result, found = case["facts"], Result(), []
    for key in facts:
        if key not in SECTIONS:
            result.judge(facts, key, key, False, key, facts[key], "no comparer for such facts")
    if "mail_sessions" in facts:
        result.judge(facts, "mail_sessions", "mail_sessions", len(seen.get("flows", [])) == facts["mail_sessions"],
                     "mail_sessions", facts["mail_sessions"], len(seen.get("flows", [])))
    if "flows" in facts:
        found = compare_flows(result, facts, "flows", seen)
    if "tcp_flows" in facts:
        compare_flows(result, facts, "tcp_flows", seen)
    for key, fields in PER_FLOW.items():
        if key in facts:
            result._read.add((id(facts), key))
        for i, w in enumerate(facts.get(key, [])):
            flow = found[w["flow"]]
            hit = next((x for x in seen.get(key, []) if flow is not None and x["flow"] == flow), None)
            compare_object(result, w, fields, hit, key, f"{key}[{i}]")
    if "smtp_messages" in facts:
        compare_messages(result, facts, seen, found)
    if "smtp_abandoned_envelopes" in facts:
        compare_abandoned(result, facts, seen, found)
    if "pop3_exchanges" in facts:
        compare_list(result, facts, "pop3_exchanges", EXCHANGE, seen, "pop3_exchanges", "pop3_exchanges")
    for key in ("layers", "vlan_ids"):
        if key in facts:
            compare_whole(result, facts, key, seen.get(key), key)
    if "decoder" in facts:
        compare_whole(result, facts["decoder"], "value", seen.get("decoder"), "decoder")
    compare_advice(result, facts, seen)
    for where in result.unread(facts):
        result.fails.setdefault("unread", []).append(f"{where.lstrip('.')}: a fact that nothing compares")
    return result
