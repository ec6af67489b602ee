/* SPDX-License-Identifier: Apache-2.0
 *
 * decode: from a frame to a TCP segment.
 *
 *	link (Ethernet, VLAN, cooked, raw, loopback) -> IPv4 | IPv6 -> TCP
 *
 * Every length is checked against what was captured and against the header that encloses it; every refusal has its
 * own counter. Nothing is allocated.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "capture/frame.h"
#include "decode/packet.h"

/* One row per outcome in decode.c gives its name (for counters) and its sentence. */
enum decode_result {
	DECODE_TCP,               /* *packet is filled */
	DECODE_UNKNOWN_LINK,      /* no reader for this link type */
	DECODE_NOT_IP,            /* ARP, LLDP, ... */
	DECODE_NOT_TCP,           /* UDP, ICMP, ... */
	DECODE_FRAGMENT,          /* part of an IP datagram */
	DECODE_TOO_MANY_TAGS,     /* VLAN tags past the ceiling */
	DECODE_TOO_MANY_HEADERS,  /* IPv6 extension headers past the ceiling */
	DECODE_CUT_LINK,          /* frame ends inside the link header */
	DECODE_CUT_IP,            /* frame ends inside the IP header or its extensions */
	DECODE_BAD_IP,            /* version, header length or total length contradict themselves */
	DECODE_ENCRYPTED_IP,      /* ESP */
	DECODE_CUT_TCP,           /* ends inside the TCP header */
	DECODE_BAD_TCP,           /* data offset below 5 words or past the segment */
	DECODE_RESULTS
};

/* Reads the frame. The packet is filled only with DECODE_TCP; its payload points into the frame. */
enum decode_result decode_frame(const struct frame *, struct packet *);

/* The outcome's name as a counter, e.g. "cut_tcp"; and a sentence for people. Static. */
const char *decode_result_name(enum decode_result);
const char *decode_result_help(enum decode_result);

/* Whether decode_frame() has a reader for this DLT_*. */
bool decode_knows_link(int link_type);

#endif
