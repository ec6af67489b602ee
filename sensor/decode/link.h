/* SPDX-License-Identifier: Apache-2.0
 *
 * link: the headers before IP, one reader per link type.
 *
 *	Ethernet:  to(6) from(6) [tag(4)]... type(2)      type < 1536: a length, LLC and SNAP follow
 *	cooked v1: kind(2) arphrd(2) len(2) address(8) type(2)
 *	cooked v2: type(2) 0(2) index(4) arphrd(2) kind(1) len(1) address(8)
 *	loopback:  family(4), in the byte order of the host (NULL) or of the network (LOOP)
 *	raw:       nothing
 */
#ifndef DECODE_LINK_H
#define DECODE_LINK_H

#include "decode/decode.h"

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_BRIDGED = 0x6558,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_NSH = 0x894f,
	ETHERTYPE_ERSPAN = 0x88be,
	ETHERTYPE_ERSPAN3 = 0x22eb,
	ETHERTYPE_ERSPAN1 = 1, /* not on any wire: what GRE without a sequence number calls ERSPAN */
};

/* What the link header says. */
struct link_header {
	uint16_t type;      /* an EtherType; 0 when the link says nothing: the version of IP tells */
	struct bytes inner; /* what follows it */
};

/* Reads the link header of a frame of this DLT_*; notes VLAN tags in the packet. DECODE_TCP means: read on. */
enum decode_result link_read(int link_type, struct bytes frame, struct packet *, struct link_header *);

/* The same for an Ethernet frame inside a tunnel, or the packet of an EtherType that may be a VLAN tag. */
enum decode_result link_read_ethernet(struct bytes frame, struct packet *, struct link_header *);
enum decode_result link_read_type(struct bytes data, uint16_t type, struct packet *, struct link_header *);

/* Whether there is a reader for this DLT_*. */
bool link_is_known(int link_type);

#endif
