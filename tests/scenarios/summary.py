# SPDX-License-Identifier: Apache-2.0
"""summary: one line of text for each document of the daemon: what was seen, without times, ids and client ports, so
that a capture made anew gives nearly the same lines, and a person can read the difference.
"""

UNTOLD = {"mailtap.stats"}      # counters: they grow with every issue and belong to other checks


def at(document, path, default=None):
    for step in path.split("."):
        if not isinstance(document, dict) or step not in document:
            return default
        document = document[step]
    return document


def names(values):
    return " ".join(str(x) for x in values) if values else "-"


def hash12(value):
    return value[:12] if value else "-"


def connection(document):
    if at(document, "source.ip") is None:
        return "-"
    return (f"{at(document, 'source.ip')} > {at(document, 'destination.ip')} {at(document, 'destination.port')} "
            f"{at(document, 'network.protocol', '-')} {at(document, 'network.direction', '-')}")


def told(label, value):
    return [f"{label} {value}"] if value not in (None, "", [], 0, False) else []


def session(document):
    out = [f"{side} {at(document, where + '.bytes')} octets {at(document, where + '.packets')} packets"
           for side, where in (("up", "source"), ("down", "destination"))]
    out.append(f"end {at(document, 'mailtap.end')}")
    for flag in ("starttls", "tls", "midstream", "one_sided"):
        out += [flag] if at(document, f"mailtap.{flag}") else []
    out += told("gap", at(document, "mailtap.gap_bytes"))
    out += told("vlan", at(document, "network.vlan.id"))
    for kind in ("sent", "fetched", "appended"):
        out += told(kind, at(document, f"mailtap.messages.{kind}"))
    for kind in ("smtp", "pop3", "imap", "managesieve"):
        talk = at(document, f"mailtap.{kind}")
        if talk is not None:
            out += told("banner", " ".join(str(x) for x in (talk.get("banner_code"), at(document, "mailtap.banner"))
                                           if x is not None))
            out += told("helo", talk.get("helo")) + told("auth", talk.get("auth"))
            out.append("commands " + names(talk.get("commands")))
            out += told("replies", names(talk.get("reply_codes"))) if "reply_codes" in talk else []
            out += told("refused", names(talk.get("rcpt_refused"))) if talk.get("rcpt_refused") else []
    return out


def message(document):
    out = [f"{at(document, 'mailtap.transfer')} {at(document, 'mailtap.status')}",
           f"from <{at(document, 'mailtap.envelope.from', '?')}> to {names(at(document, 'mailtap.envelope.to'))}"]
    out += told("refused", names(at(document, "mailtap.envelope.refused"))
                if at(document, "mailtap.envelope.refused") else None)
    out.append(f"author {names(at(document, 'email.from.address'))}")
    out.append(f"subject {at(document, 'email.subject', '-')}")
    out.append(f"{at(document, 'mailtap.bytes')} octets {'whole' if at(document, 'mailtap.complete') else 'not whole'}")
    out.append(f"sha256 {hash12(at(document, 'mailtap.hash.sha256'))}")
    for x in at(document, "email.attachments", []):
        out.append(f"attachment {at(x, 'file.name', '-')} {at(x, 'file.mime_type', '-')} {at(x, 'file.size')} "
                   f"{hash12(at(x, 'file.hash.sha256'))}")
    forward = at(document, "mailtap.forward", {})
    out.append(f"forward {forward.get('verdict', '-')}")
    if forward.get("evidence"):
        out.append("evidence " + " ".join(x.get("rule", "?") for x in forward["evidence"]))
        out.append(f"{forward.get('victim', '?')} > {forward.get('target', '?')}")
        out.append(f"confidence {forward.get('confidence', 0):.2f}")
        out += told("quiet because", forward.get("quiet_because"))
    return out


def login(document):
    return [f"{at(document, 'mailtap.mechanism', '-')} {at(document, 'event.outcome')}",
            f"user {at(document, 'user.name', '-')}"] + (["cleartext"] if at(document, "mailtap.cleartext") else [])


def anomaly(document):
    return [at(document, "mailtap.anomaly.name", "-"), f"from {at(document, 'mailtap.anomaly.from')}"] + \
        told("detail", at(document, "mailtap.anomaly.detail"))


def alert(document):
    out = [f"{at(document, 'rule.name')} {at(document, 'mailtap.severity')} risk {at(document, 'event.risk_score')}",
           f"count {at(document, 'mailtap.alert.count')}", f"technique {names(at(document, 'threat.technique.id'))}",
           at(document, "event.reason", "-")]
    for x in at(document, "mailtap.alert.evidence", []):
        out.append(" ".join(f"{k} {x[k]}" for k in ("kind", "seen", "figure", "held_against") if x.get(k)))
    return out


def anything(document):
    """A kind of event without a row of its own: all it says below mailtap, but ids and times."""
    def flat(value, path):
        if isinstance(value, dict):
            for key in sorted(value):
                yield from flat(value[key], f"{path}.{key}" if path else key)
        elif not path.endswith(("session", "first_seen", "last_seen")):
            yield f"{path} {names(value) if isinstance(value, list) else value}"
    return list(flat(document.get("mailtap", {}), "")) + list(flat(document.get("tls", {}), "tls"))


ROWS = {"mailtap.session": session, "mailtap.message": message, "mailtap.login": login, "mailtap.anomaly": anomaly,
        "mailtap.alert": alert}


def line(document):
    """-> the line, or None for what is not told."""
    dataset = at(document, "event.dataset", "?")
    if dataset in UNTOLD:
        return None
    parts = [dataset.removeprefix("mailtap."), connection(document)] + ROWS.get(dataset, anything)(document)
    return " | ".join(str(x).replace("\n", "\\n") for x in parts)
