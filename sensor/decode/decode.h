/* SPDX-License-Identifier: Apache-2.0
 *
 * decode: from a frame to a TCP segment.
 *
 *	link (Ethernet, VLAN, cooked, raw, loopback) -> [tunnel ->]... IPv4 | IPv6 [parts put together] -> TCP
 *
 * Every length is checked against what was captured and against the header that encloses it; every refusal has its
 * own counter. Nothing is allocated but for fragments.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "capture/frame.h"
#include "decode/fragments.h"
#include "decode/packet.h"
#include "decode/tunnel.h"

/* One row per outcome in decode.c gives its name (for counters) and its sentence. */
enum decode_result {
	DECODE_TCP,               /* *packet is filled */
	DECODE_UNKNOWN_LINK,      /* no reader for this link type */
	DECODE_NOT_IP,            /* ARP, LLDP, ... */
	DECODE_NOT_TCP,           /* UDP, ICMP, ... */
	DECODE_FRAGMENT,          /* part of an IP datagram, kept until the others come */
	DECODE_FRAGMENT_OVERLAP,  /* part that contradicts another: *packet has the addresses */
	DECODE_TOO_MANY_TAGS,     /* VLAN tags past the ceiling */
	DECODE_TOO_MANY_HEADERS,  /* IPv6 extension headers past the ceiling */
	DECODE_TOO_MANY_TUNNELS,  /* one in another past the ceiling */
	DECODE_CUT_LINK,          /* frame ends inside the link header */
	DECODE_CUT_TUNNEL,        /* frame ends inside a tunnel's header */
	DECODE_CUT_IP,            /* frame ends inside the IP header or its extensions */
	DECODE_BAD_IP,            /* version, header length or total length contradict themselves */
	DECODE_ENCRYPTED_IP,      /* ESP */
	DECODE_CUT_TCP,           /* ends inside the TCP header */
	DECODE_BAD_TCP,           /* data offset below 5 words or past the segment */
	DECODE_BAD_CHECKSUM,      /* of IPv4 or TCP, where that is asked for */
	DECODE_RESULTS
};

/* One tunnel in another, at most. */
#define DECODE_TUNNELS_MAX 8

struct decode_limits {
	uint32_t tunnels;        /* those that are opened: bits of 1 << enum tunnel */
	bool verify_checksums;   /* see checksum.h for what offload leaves behind */
	struct fragment_limits fragments;
};

struct decode_counters {
	uint64_t tunnels[TUNNELS]; /* opened, by kind */
	struct fragment_counters fragments;
};

struct decoder;

/* NULL when memory is short. The limits are borrowed. */
struct decoder *decoder_new(const struct decode_limits *);
void decoder_free(struct decoder *); /* NULL is fine */

/* Reads the frame. The packet is filled only with DECODE_TCP; its payload points into the frame, or into a datagram put
 * together, which lives until the next call. */
enum decode_result decode_frame(struct decoder *, const struct frame *, struct packet *);

struct decode_counters decode_counters(const struct decoder *);

/* The outcome's name as a counter, e.g. "cut_tcp"; and a sentence for people. Static. */
const char *decode_result_name(enum decode_result);
const char *decode_result_help(enum decode_result);

/* Whether decode_frame() has a reader for this DLT_*. */
bool decode_knows_link(int link_type);

#endif
