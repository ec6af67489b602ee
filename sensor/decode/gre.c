/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/gre.h"

#include "decode/link.h"

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_ACKNOWLEDGED = 0x0080 };

#define GRE_VERSION 0x0007
#define GRE_PPP 0x880b

enum tunnel_result
gre_open(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t flags = cursor_be16(&c), protocol = cursor_be16(&c);

	if (!c.failed && ((flags & GRE_VERSION) != 0 || (flags & GRE_ROUTING) != 0))
		return TUNNEL_NONE;
	if ((flags & GRE_CHECKSUM) != 0)
		cursor_skip(&c, 4);
	if ((flags & GRE_KEY) != 0)
		cursor_skip(&c, 4);
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_skip(&c, 4);
	if (protocol == ETHERTYPE_BRIDGED)
		return tunnel_ethernet(&c, n);
	if (protocol == GRE_PPP)
		return tunnel_ppp(&c, n);
	if (protocol == ETHERTYPE_ERSPAN && (flags & GRE_SEQUENCE) == 0)
		protocol = ETHERTYPE_ERSPAN1;
	return tunnel_type(&c, protocol, n);
}

enum tunnel_result
gre_open_pptp(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t flags = cursor_be16(&c), protocol = cursor_be16(&c), length = cursor_be16(&c);

	cursor_skip(&c, 2);
	if (!c.failed && ((flags & GRE_VERSION) != 1 || protocol != GRE_PPP))
		return TUNNEL_NONE;
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_skip(&c, 4);
	if ((flags & GRE_ACKNOWLEDGED) != 0)
		cursor_skip(&c, 4);
	if (!c.failed && length == 0)
		return TUNNEL_NONE; /* an acknowledgement alone */
	c.left = bytes_first(c.left, length);
	return tunnel_ppp(&c, n);
}

static enum tunnel_result
open_after(struct next *n, size_t header)
{
	struct cursor c = cursor_of(n->data);

	cursor_skip(&c, header);
	return tunnel_ethernet(&c, n);
}

enum tunnel_result
gre_open_erspan1(struct next *n)
{
	return open_after(n, 0);
}

enum tunnel_result
gre_open_erspan(struct next *n)
{
	return open_after(n, 8);
}

/* Its last 16 bits: P, five bits of frame type (0: Ethernet, 2: IP), hardware, direction, granularity, O: eight more
 * octets follow. */
enum tunnel_result
gre_open_erspan3(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t last;

	cursor_skip(&c, 10);
	last = cursor_be16(&c);
	if ((last & 1) != 0)
		cursor_skip(&c, 8);
	if ((last >> 10 & 0x1f) != 2)
		return tunnel_ethernet(&c, n);
	if (c.failed || c.left.len == 0)
		return TUNNEL_CUT;
	return tunnel_type(&c, c.left.at[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4, n);
}
