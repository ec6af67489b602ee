# SPDX-License-Identifier: Apache-2.0
"""adapter: turns the daemon's event documents into observations under the names that the facts of cases.json use.

It never sees a fact. What the daemon does not say is left out, so that it counts as missing. Each observed object has
under "_cut" the names of those of its fields that the daemon marks as cut.
"""
from collections import Counter

# On these ports TLS alone is a mail session: what is inside cannot be seen.
IMPLICIT_TLS = {465: "smtps", 993: "imaps", 995: "pop3s"}
CLEAR = {25: "smtp", 587: "smtp", 110: "pop3", 143: "imap"}
MAIL = {"smtp", "pop3", "imap", "managesieve"}
VIA = {"smtp-data": "DATA", "smtp-bdat": "BDAT"}
OUTCOMES = {"success": "ok", "failure": "failed", "unknown": "unknown"}

# Where a field stands in the document.
FLOW = {
    "proto": "network.transport",
    "client_packets": "source.packets",
    "server_packets": "destination.packets",
    "client_bytes": "source.bytes",
    "server_bytes": "destination.bytes",
    "missing_client_bytes": "mailtap.missing_client_bytes",
    "missing_server_bytes": "mailtap.missing_server_bytes",
    "client_sha256": "mailtap.hash.client_sha256",
    "server_sha256": "mailtap.hash.server_sha256",
    "community_id": "network.community_id",
    "handshake": "mailtap.handshake",
    "starttls": "mailtap.starttls",
    "carried_in": "mailtap.carried_in",
    "vlan": "network.vlan.id",
}
SMTP_SESSION = {
    "banner_code": "mailtap.smtp.banner_code",
    "banner": "mailtap.banner",
    "helo": "mailtap.smtp.helo",
    "commands": "mailtap.smtp.commands",
    "reply_codes": "mailtap.smtp.reply_codes",
    "client_sent_tls_to_plaintext": "mailtap.smtp.client_sent_tls_to_plaintext",
}
POP3 = {
    "banner": "mailtap.banner",
    "commands": "mailtap.pop3.commands",
    "capabilities": "mailtap.pop3.capabilities",
    "stat": "mailtap.pop3.stat",
    "list_entries": "mailtap.pop3.list_entries",
    "list_complete": "mailtap.pop3.list_complete",
    "uidl_entries": "mailtap.pop3.uidl_entries",
    "uidl_complete": "mailtap.pop3.uidl_complete",
}
IMAP = {
    "banner": "mailtap.banner",
    "commands": "mailtap.imap.commands",
    "capabilities": "mailtap.imap.capabilities",
    "folders": "mailtap.imap.folders",
}
MESSAGE = {
    "mail_from": "mailtap.envelope.from",
    "rcpt_to": "mailtap.envelope.to",
    "rcpt_refused": "mailtap.envelope.refused",
    "last_reply": "mailtap.envelope.reply",
    "chunks": "mailtap.envelope.chunks",
    "status": "mailtap.status",
    "complete": "mailtap.complete",
    "subject": "email.subject",
    "date": "email.date",
    "message_id": "email.message_id",
    "in_reply_to": "mailtap.in_reply_to",
    "from": "mailtap.from",
    "from_addr": "email.from.address",
    "to": "email.to.address",
    "cc": "email.cc.address",
    "user_agent": "email.x_mailer",
    "received_count": "mailtap.received_count",
    "content_type": "email.content_type",
    "sha1": "mailtap.hash.sha1",
    "sha256": "mailtap.hash.sha256",
    "urls": "mailtap.urls",
    "kind": "mailtap.fetch.kind",
    "literal": "mailtap.fetch.literal",
    "retr": "mailtap.retr",
}
ATTACHMENT = {
    "filename": "file.name",
    "content_type": "file.mime_type",
    "encoding": "file.encoding",
    "size": "file.size",
    "md5": "file.hash.md5",
    "sha1": "file.hash.sha1",
    "sha256": "file.hash.sha256",
}
PART = {"depth": "depth", "content_type": "content_type", "encoding": "encoding", "size": "size", "sha256": "sha256"}
TLS = {
    "ja3": "tls.client.ja3",
    "ja3s": "tls.server.ja3s",
    "ja4": "mailtap.ja4",
    "cipher_name": "tls.cipher",
    "cipher": "mailtap.tls.cipher_code",
    "client_version": "mailtap.tls.client_version",
}
CERTIFICATE = {
    "sha1": "hash.sha1",
    "sha256": "hash.sha256",
    "subject": "subject",
    "issuer": "issuer",
    "serial": "serial_number",
    "san_dns": "alternative_names",
}


def at(document, path, default=None):
    for step in path.split("."):
        if not isinstance(document, dict) or step not in document:
            return default
        document = document[step]
    return document


def read(document, table, truncated=()):
    """-> an object with those fields of the table that the document has."""
    out = {"_cut": set()}
    for name, path in table.items():
        value = at(document, path)
        if value is None:
            continue
        out[name] = value
        dropped = at(document, path + "_dropped", at(document, path.rpartition(".")[0] + ".dropped"))
        if isinstance(value, list) and dropped:
            out[name + "_dropped"] = dropped
            out["_cut"].add(name)
        if path in truncated:
            out["_cut"].add(name)
    return out


def endpoint(side):
    ip = at(side, "ip", "?")
    return f"[{ip}]:{at(side, 'port')}" if ":" in ip else f"{ip}:{at(side, 'port')}"


def app_of(session):
    for name in ("smtp", "pop3", "imap"):
        if at(session, f"mailtap.{name}") is not None:
            return name
    protocol, port = at(session, "network.protocol"), at(session, "destination.port")
    if protocol == "tls":
        return CLEAR.get(port, "tls") if at(session, "mailtap.starttls") else IMPLICIT_TLS.get(port, "tls")
    return protocol


def flow_of(session):
    flow = read(session, FLOW)
    flow["client"], flow["server"] = endpoint(session.get("source")), endpoint(session.get("destination"))
    if "client_packets" in flow and "server_packets" in flow:
        flow["packets"] = flow["client_packets"] + flow["server_packets"]
    app = app_of(session)
    if app is not None:
        flow["app"] = app
    return flow


def is_mail(flow):
    return flow.get("app") in MAIL or flow.get("app") in IMPLICIT_TLS.values()


def counted(thing, field, out):
    """Counts per command or code, where the list is whole."""
    if field in thing and field + "_dropped" not in thing:
        thing[out] = dict(Counter(str(x) for x in thing[field]))


def logins_of(thing, logins):
    if logins:
        last = logins[-1]
        thing["logins"] = [OUTCOMES.get(at(x, "event.outcome"), "unknown") for x in logins]
        for name, path in (("user", "user.name"), ("auth", "mailtap.mechanism")):
            if at(last, path) is not None:
                thing[name] = at(last, path)
        ntlm = read(last, {"domain": "user.domain", "host": "mailtap.workstation"})
        if at(last, "mailtap.mechanism") == "NTLM":
            thing["ntlm"] = ntlm


def smtp_session_of(session, logins):
    out = read(session, SMTP_SESSION, at(session, "mailtap.truncated", ()))
    counted(out, "commands", "command_counts")
    counted(out, "reply_codes", "reply_code_counts")
    auth = {}
    logins_of(auth, logins)
    mechanism = at(session, "mailtap.smtp.auth", auth.get("auth"))
    if mechanism is not None:
        out["auth"] = {"_cut": set(), "mechanism": mechanism}
        if "user" in auth:
            out["auth"]["user"] = auth["user"]
    if "ntlm" in auth:
        out["ntlm"] = auth["ntlm"]
    return out


def message_of(document, session):
    truncated = at(document, "mailtap.truncated", ())
    out = read(document, MESSAGE, truncated)
    if at(document, "mailtap.transfer") in VIA:
        out["via"] = VIA[at(document, "mailtap.transfer")]
    size = at(document, "mailtap.bytes")
    if size is not None:
        out["size_seen"] = size
        if at(document, "mailtap.status") != "incomplete" or at(document, "mailtap.complete"):
            out["size"] = size
    # A recipient refused before MAIL belongs to no message; the session tells of it.
    if "rcpt_refused" not in out and at(session, "mailtap.smtp.rcpt_refused") is not None:
        out["rcpt_refused"] = at(session, "mailtap.smtp.rcpt_refused")
    received = [h["value"] for h in at(document, "mailtap.headers", []) if h["name"].lower() == "received"]
    if received:
        out["received"] = received
    cut = "email.attachments.file.name" in truncated
    out["attachments"] = [read(x, ATTACHMENT, {"file.name"} if cut else ()) for x in
                          at(document, "email.attachments", [])]
    for attachment in out["attachments"]:
        if attachment.get("content_type", "").startswith(("message/", "multipart/")):
            attachment["container"] = True
    parts = at(document, "mailtap.parts")
    if parts is not None:
        out["parts"] = [read(x, PART) for x in parts]
    return out


def tls_of(document):
    out = read(document, TLS)
    out["sni"] = at(document, "tls.client.server_name")
    if at(document, "tls.version") is not None:
        version = str(at(document, "tls.version"))
        out["version"] = version if version.startswith(("TLS", "SSL")) else "TLSv" + version
    if "client_version" in out:
        out["client_version"] = "TLSv" + out["client_version"]
    chain = at(document, "mailtap.tls.certificates")
    if chain is not None:
        out["certificates"] = [read(x, CERTIFICATE) for x in chain]
    return out


def chatter_of(session, flow, kind, table, logins, messages):
    """pop3 or imap: what one connection said."""
    if at(session, f"mailtap.{kind}") is None:
        return None
    out = read(session, table, at(session, "mailtap.truncated", ()))
    out["flow"] = flow
    counted(out, "commands", "command_counts")
    logins_of(out, logins)
    bodies = [m for t, m in messages if t.startswith(kind)]
    out["messages" if kind == "pop3" else "fetched"] = bodies
    if kind == "imap":
        out["subjects"] = [m["subject"] for m in bodies if "subject" in m]
        out["from_addrs"] = sorted({a for m in bodies for a in m.get("from_addr", [])})
        out["to_addrs"] = sorted({a for m in bodies for a in m.get("to", [])})
    return out


def observe(documents):
    """-> {"flows": [...], "tcp_flows": [...], "smtp_sessions": [...], ...}"""
    sessions, by_session = {}, {}
    for document in documents:
        key, dataset = at(document, "mailtap.session"), at(document, "event.dataset", "")
        if dataset == "mailtap.session":
            sessions[key] = document          # a later report on a living one replaces the earlier
        elif key is not None:
            by_session.setdefault(key, {}).setdefault(dataset, []).append(document)
    ordered = sorted(sessions.items(), key=lambda item: at(item[1], "event.start", ""))
    seen = {k: [] for k in ("flows", "tcp_flows", "smtp_sessions", "smtp_messages", "pop3", "imap", "tls", "anomalies")}
    for key, session in ordered:
        flow, other = flow_of(session), by_session.get(key, {})
        seen["tcp_flows"].append(flow)
        if not is_mail(flow):
            flow.pop("app", None)
            continue
        index = len(seen["flows"])
        seen["flows"].append(flow)
        logins = other.get("mailtap.login", [])
        messages = [(at(m, "mailtap.transfer", ""), message_of(m, session)) for m in other.get("mailtap.message", [])]
        if at(session, "mailtap.smtp") is not None:
            seen["smtp_sessions"].append({**smtp_session_of(session, logins), "flow": index})
        for transfer, message in messages:
            if transfer in VIA:
                seen["smtp_messages"].append({**message, "flow": index})
        for kind, table in (("pop3", POP3), ("imap", IMAP)):
            thing = chatter_of(session, index, kind, table, logins, messages)
            if thing is not None:
                seen[kind].append(thing)
        seen["tls"] += [{**tls_of(x), "flow": index} for x in other.get("mailtap.tls", [])]
        seen["anomalies"] += [{"kind": at(x, "mailtap.anomaly.name"), "flow": index, "_cut": set()} for x in
                              other.get("mailtap.anomaly", [])]
        exchanges = at(session, "mailtap.pop3.exchanges")
        if exchanges is not None:
            seen.setdefault("pop3_exchanges", []).extend({**x, "_cut": set()} for x in exchanges)
    orphans = [k for k in by_session if k not in sessions]
    if orphans:
        raise ValueError(f"{len(orphans)} sessions have events but no mailtap.session")
    tags = [[f["vlan"]] for f in seen["tcp_flows"] if "vlan" in f]
    if tags:
        seen["vlan_ids"] = [list(t) for t in sorted({tuple(t) for t in tags})]
    for document in documents:
        if at(document, "event.dataset") == "mailtap.stats":
            for name in ("layers", "decoder"):
                if at(document, f"mailtap.stats.{name}") is not None:
                    seen[name] = at(document, f"mailtap.stats.{name}")
    return seen
