/* SPDX-License-Identifier: Apache-2.0
 *
 * ip: what IPv4 and IPv6 have in common for those above and below.
 */
#ifndef DECODE_IP_H
#define DECODE_IP_H

#include "decode/decode.h"

enum {
	IP_HOP_BY_HOP = 0,
	IP_TCP = 6,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_ESP = 50,
	IP_AUTHENTICATION = 51,
	IP_NOTHING = 59,
	IP_DESTINATION = 60,
	IP_MOBILITY = 135,
	IP_HOST_IDENTITY = 139,
	IP_SHIM6 = 140,
};

/* What an IP header leaves to read. */
struct ip_inner {
	uint8_t protocol;
	struct bytes payload; /* what was captured of it, without link-layer padding */
	uint32_t cut;         /* octets of it that were not captured */
	bool is_fragment;     /* it is a part of a datagram: what follows holds */
	bool more;            /* and not its last part */
	uint32_t offset, id;  /* where it belongs, in octets; of which datagram */
};

#endif
