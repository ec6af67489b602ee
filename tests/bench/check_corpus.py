#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The corpus of `make bench` is what it says it is, and the daemon reads it: small ones of each blend are made and held
against what the generator told, and what the daemon says of them."""
import collections
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAEMON = pathlib.Path(os.environ.get("MAILTAPD", ROOT / "build/mailtapd"))
BUILD = DAEMON.parent
BULK = ("smtp", "imap", "pop3", "tls", "other", "mix")
MAIL = ("smtp", "imap", "pop3")
faults = []


def expect(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: {got!r:.300}, not {wanted!r:.300}")


def build():
    variant = [f"{name.upper()}=1" for name in ("asan", "tsan") if BUILD.name == name]
    done = subprocess.run(["make", "-s", *variant, f"BUILD={os.path.relpath(BUILD, ROOT)}", "bench-programs"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)


def run(*command):
    done = subprocess.run([str(x) for x in command], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{command}: status {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode()


def make(path, blend, *options):
    """-> what the generator told"""
    told = run(BUILD / "tests/bench/corpus", *options, blend, path)
    return {key: int(value) for key, value in (line.split() for line in told.splitlines())}


def events(path, *settings):
    """-> ({dataset: [documents]}, the counters)"""
    out = collections.defaultdict(list)
    sets = [x for s in settings for x in ("--set", s)]
    for line in run(DAEMON, "-c", "config/mailtapd.yaml", "-r", path, "--print", "events", *sets).splitlines():
        document = json.loads(line)
        out[document["event"]["dataset"].removeprefix("mailtap.")].append(document)
    return out, out["stats"][-1]["mailtap"]["stats"]


def frames(path):
    """-> (time, Ethernet frame) of each record"""
    data = path.read_bytes()
    at = 24
    while at < len(data):
        seconds, micros, captured, wire = struct.unpack_from("<4I", data, at)
        assert captured == wire and 60 <= wire <= 1514, (at, captured, wire)
        yield seconds * 1000000 + micros, data[at + 16:at + 16 + captured]
        at += 16 + captured


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def check_frames(path, told):
    """Lengths, checksums, times."""
    before, count, octets = 0, 0, 0
    for time, frame in frames(path):
        v6 = frame[12:14] == b"\x86\xdd"
        ip = frame[14:]
        head = 40 if v6 else 20
        size = struct.unpack_from(">H", ip, 4)[0] if v6 else struct.unpack_from(">H", ip, 2)[0] - 20
        protocol, addresses = (ip[6], ip[8:40]) if v6 else (ip[9], ip[12:20])
        payload = ip[head:head + size]
        if not v6:
            expect("checksum of the IP header", checksum(ip[:20]), 0xffff)
        expect("checksum", checksum(addresses + struct.pack(">HH", protocol, size) + payload), 0xffff)
        if time < before:
            faults.append(f"frame {count} goes back in time")
        before, count, octets = time, count + 1, octets + len(frame)
        if len(faults) > 10:
            return
    expect("frames", count, told["frames"])
    expect("octets", octets, told["bytes"])


def check_interleaved(folder):
    """Hardly a frame belongs to the connection of the one before."""
    path, last, changes = folder / "interleaved.pcap", None, 0
    told = make(path, "smtp", "--megabytes", "30")
    for _, frame in frames(path):
        ports = 54 if frame[12:14] == b"\x86\xdd" else 34
        who = frozenset([frame[ports:ports + 2], frame[ports + 2:ports + 4]])
        changes += who != last
        last = who
    if changes * 2 < told["frames"]:
        faults.append(f"the connection changes only {changes} times in {told['frames']} frames")


def check_counters(name, told, stats):
    expect(f"{name}: packets", stats["packets"]["seen"], told["frames"])
    expect(f"{name}: bytes", stats["packets"]["bytes"], told["bytes"])
    for part, counters in (("decode", ("bad_ip", "bad_tcp", "cut_tcp", "fragment", "not_ip")),
                           ("flows", ("evicted", "refused", "stray", "midstream", "one_sided")),
                           ("stream", ("missing_bytes", "retransmitted_bytes", "wild_segments", "conflicts",
                                       "ceilings"))):
        for counter in counters:
            expect(f"{name}: {part}.{counter}", stats[part][counter], 0)


def check_smtp(folder):
    """Everything, down to the hash of each message and attachment."""
    parts, path = folder / "parts", folder / "smtp.pcap"
    parts.mkdir()
    told = make(path, "smtp", "--megabytes", "6", "--parts", parts)
    check_frames(path, told)
    said, stats = events(path)
    check_counters("smtp", told, stats)
    expect("smtp: sessions", len(said["session"]), told["sessions"])
    expect("smtp: messages", len(said["message"]), told["messages"])
    expect("smtp: complete", sum(x["mailtap"]["complete"] for x in said["message"]), told["messages"])
    expect("smtp: anomalies", len(said["anomaly"]), 0)
    if told["attachments"] < 3 or told["sessions"] < 3:
        faults.append(f"smtp: hardly anything in it: {told}")
    wanted = sorted((hashlib.md5(x).hexdigest(), hashlib.sha256(x).hexdigest(), len(x))
                    for x in (p.read_bytes() for p in parts.glob("attachment-*")))
    got = sorted((f["file"]["hash"]["md5"], f["file"]["hash"]["sha256"], f["file"]["size"])
                 for m in said["message"] for f in m["email"].get("attachments", []))
    expect("smtp: hashes of messages",
           sorted(m["mailtap"].get("hash", {}).get("sha256", "none") for m in said["message"]),
           sorted(hashlib.sha256(p.read_bytes()).hexdigest() for p in parts.glob("message-*")))
    expect("smtp: attachments", len(wanted), told["attachments"])
    expect("smtp: hashes of attachments", got, wanted)


def check_bulk(folder, name):
    one, again, other = (folder / f"{name}-{x}.pcap" for x in ("one", "again", "other"))
    told = make(one, name, "--megabytes", "2")
    expect(f"{name}: the same twice", (make(again, name, "--megabytes", "2"), again.read_bytes() == one.read_bytes()),
           (told, True))
    make(other, name, "--megabytes", "2", "--seed", "2")
    if other.read_bytes() == one.read_bytes():
        faults.append(f"{name}: another seed makes the same")
    check_frames(one, told)
    floor = run(BUILD / "tests/bench/floor", one)
    expect(f"{name}: the floor", floor, f"frames {told['frames']}\nbytes {told['bytes']}\n")
    said, stats = events(one)
    check_counters(name, told, stats)
    udp = 1 if stats["decode"]["not_tcp"] else 0
    if name in MAIL:
        expect(f"{name}: flows", stats["flows"]["opened"], told["sessions"])
        expect(f"{name}: sessions", len(said["session"]), told["sessions"])
    elif not udp:
        expect(f"{name}: flows", stats["flows"]["opened"], told["connections"])


def check_counted(folder):
    path = folder / "idle.pcap"
    told = make(path, "idle", "--count", "1500")
    check_frames(path, told)
    said, stats = events(path)
    check_counters("idle", told, stats)
    expect("idle: told", told["sessions"], 1500)
    expect("idle: sessions", len(said["session"]), 1500)
    expect("idle: protocol", {x["network"]["protocol"] for x in said["session"]}, {"smtp"})
    path = folder / "synflood.pcap"
    told = make(path, "synflood", "--count", "3000")
    said, stats = events(path)
    expect("synflood: sessions", len(said["session"]), 0)
    expect("synflood: flows", stats["flows"]["opened"], 3000)
    expect("synflood: frames", (told["frames"], stats["packets"]["seen"]), (3000, 3000))


def main():
    build()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_smtp(folder)
        check_interleaved(folder)
        for blend in BULK:
            check_bulk(folder, blend)
        check_counted(folder)
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
