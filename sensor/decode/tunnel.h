/* SPDX-License-Identifier: Apache-2.0
 *
 * tunnel: headers that carry another packet: label switching, sessions, and what switches and clouds wrap their mirrors in.
 * One row per kind tells by what it is met (EtherType, IP protocol, UDP port) and who opens it.
 *
 *	Ethernet | IP ... [tunnel header] -> Ethernet | an EtherType's packet | an IP protocol's packet
 */
#ifndef DECODE_TUNNEL_H
#define DECODE_TUNNEL_H

#include "decode/packet.h"

enum tunnel {
	TUNNEL_MPLS,
	TUNNEL_PPPOE,
	TUNNEL_PPTP,
	TUNNEL_GRE,
	TUNNEL_ERSPAN,
	TUNNEL_VXLAN,
	TUNNEL_GENEVE,
	TUNNEL_GTP,
	TUNNEL_TEREDO,
	TUNNEL_IPIP,
	TUNNEL_ETHERIP,
	TUNNEL_PBB,
	TUNNEL_ETAG,
	TUNNEL_VNTAG,
	TUNNEL_FABRICPATH,
	TUNNEL_NSH,
	TUNNELS
};

/* Its name in capture.decapsulate and among the counters, and a sentence for people. Static. */
const char *tunnel_name(enum tunnel);
const char *tunnel_help(enum tunnel);

/* Sets the bit of the kind with this name in *wanted, or all of them for "all"; false when there is none. */
bool tunnel_want(struct bytes name, uint32_t *wanted);

/* A pcap filter expression (pcap-filter(7)) that these kinds pass, newly allocated, to be freed with free(). NULL when none is
 * wanted or memory is short. */
char *tunnel_filter(uint32_t wanted);

/* What stands next in a packet. */
enum next_kind {
	NEXT_ETHERNET, /* a frame with its addresses */
	NEXT_TYPE,     /* what the EtherType `value` says */
	NEXT_PROTOCOL, /* what the IP protocol `value` says */
	NEXT_IP,       /* IP of the version that its first octet says */
};

struct next {
	enum next_kind kind;
	uint16_t value;
	struct bytes data; /* as much as was captured */
	uint32_t cut;      /* octets behind it that were not */
};

enum tunnel_result {
	TUNNEL_NONE,   /* no tunnel begins here, or none that is to be opened */
	TUNNEL_OPENED, /* *next is what it carries, *which its kind */
	TUNNEL_CUT,    /* the frame ends inside its header */
};

/* Opens the tunnel that begins at *next, if it is one of `wanted` (bits of 1 << enum tunnel). */
enum tunnel_result tunnel_open(uint32_t wanted, struct next *, enum tunnel *which);

#endif
