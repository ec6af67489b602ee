/* SPDX-License-Identifier: Apache-2.0
 *
 * An opener reads its header through a cursor and says what follows. It may find that this is not its header after all (a
 * UDP port alone proves nothing): then the packet is what it was before.
 */
#include "decode/tunnel.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/gre.h"
#include "decode/ip.h"
#include "decode/link.h"

#define LABELS_MAX 16

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281 };

enum { PROTOCOL_IPIP = 4, PROTOCOL_UDP = 17, PROTOCOL_IPV6 = 41, PROTOCOL_GRE = 47, PROTOCOL_ETHERIP = 97,
	PROTOCOL_MPLS = 137 };

enum tunnel_result
tunnel_ethernet(struct cursor *c, struct next *n)
{
	if (c->failed)
		return TUNNEL_CUT;
	n->kind = NEXT_ETHERNET;
	n->data = c->left;
	return TUNNEL_OPENED;
}

enum tunnel_result
tunnel_type(struct cursor *c, uint16_t type, struct next *n)
{
	if (c->failed)
		return TUNNEL_CUT;
	n->kind = NEXT_TYPE;
	n->value = type;
	n->data = c->left;
	return TUNNEL_OPENED;
}

static enum tunnel_result
open_ip(struct cursor *c, struct next *n)
{
	if (c->failed)
		return TUNNEL_CUT;
	n->kind = NEXT_IP;
	n->data = c->left;
	return TUNNEL_OPENED;
}

/* RFC 3032, RFC 4385: the labels do not say what they carry. IP begins with its version; a control word with 0; what is
 * neither is taken for Ethernet without one. */
static enum tunnel_result
open_mpls(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint32_t label;
	int labels = 0;
	uint8_t first;

	do
		label = cursor_be32(&c);
	while (!c.failed && (label & 0x100) == 0 && ++labels < LABELS_MAX);
	if (labels == LABELS_MAX)
		return TUNNEL_NONE;
	if (c.failed || c.left.len == 0)
		return TUNNEL_CUT;
	first = c.left.at[0] >> 4;
	if (first == 4 || first == 6)
		return open_ip(&c, n);
	if (first == 0)
		cursor_skip(&c, 4);
	return tunnel_ethernet(&c, n);
}

enum tunnel_result
tunnel_ppp(struct cursor *c, struct next *n)
{
	uint16_t protocol;

	/* RFC 1662: address and control may be there; RFC 1661: a small protocol number may be one octet. */
	if (c->left.len >= 2 && c->left.at[0] == 0xff && c->left.at[1] == 0x03)
		cursor_skip(c, 2);
	if (c->left.len > 0 && (c->left.at[0] & 1) != 0)
		protocol = cursor_u8(c);
	else
		protocol = cursor_be16(c);
	if (c->failed)
		return TUNNEL_CUT;
	if (protocol == PPP_IPV4 || protocol == PPP_IPV6)
		return tunnel_type(c, protocol == PPP_IPV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6, n);
	return protocol == PPP_MPLS ? tunnel_type(c, ETHERTYPE_MPLS, n) : TUNNEL_NONE;
}

/* RFC 2516: a session's frame; padding behind it is cut off. */
static enum tunnel_result
open_pppoe(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t head = cursor_be16(&c), length;

	cursor_skip(&c, 2);
	length = cursor_be16(&c);
	if (c.failed)
		return TUNNEL_CUT;
	if (head != 0x1100)
		return TUNNEL_NONE;
	c.left = bytes_first(c.left, length);
	return tunnel_ppp(&c, n);
}

static enum tunnel_result
skip_to_ethernet(struct next *n, size_t header)
{
	struct cursor c = cursor_of(n->data);

	cursor_skip(&c, header);
	return tunnel_ethernet(&c, n);
}

static enum tunnel_result
skip_to_type(struct next *n, size_t header)
{
	struct cursor c = cursor_of(n->data);
	uint16_t type;

	cursor_skip(&c, header);
	type = cursor_be16(&c);
	return tunnel_type(&c, type, n);
}

/* IEEE 802.1ah: the I-TAG, then the customer's frame. */
static enum tunnel_result
open_pbb(struct next *n)
{
	return skip_to_ethernet(n, 4);
}

/* IEEE 802.1BR. */
static enum tunnel_result
open_etag(struct next *n)
{
	return skip_to_type(n, 6);
}

static enum tunnel_result
open_vntag(struct next *n)
{
	return skip_to_type(n, 4);
}

/* The tag stands between the outer addresses and the frame. */
static enum tunnel_result
open_fabricpath(struct next *n)
{
	return skip_to_ethernet(n, 2);
}

/* RFC 8300 section 2.2. */
static enum tunnel_result
open_nsh(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t head = cursor_be16(&c);
	size_t length = (size_t)(head & 0x3f) * 4;
	uint8_t protocol;

	cursor_skip(&c, 1);
	protocol = cursor_u8(&c);
	if (!c.failed && (head >> 14 != 0 || length < 8))
		return TUNNEL_NONE;
	cursor_skip(&c, length - 4);
	switch (protocol) {
	case 1:
		return tunnel_type(&c, ETHERTYPE_IPV4, n);
	case 2:
		return tunnel_type(&c, ETHERTYPE_IPV6, n);
	case 3:
		return tunnel_ethernet(&c, n);
	case 4:
		return tunnel_type(&c, ETHERTYPE_NSH, n);
	case 5:
		return tunnel_type(&c, ETHERTYPE_MPLS, n);
	default:
		return c.failed ? TUNNEL_CUT : TUNNEL_NONE;
	}
}

static enum tunnel_result
open_ipip(struct next *n)
{
	n->value = n->value == PROTOCOL_IPIP ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	n->kind = NEXT_TYPE;
	return TUNNEL_OPENED;
}

static enum tunnel_result
open_mpls_in_ip(struct next *n)
{
	return open_mpls(n);
}

/* RFC 3378. */
static enum tunnel_result
open_etherip(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint16_t head = cursor_be16(&c);

	return !c.failed && head >> 12 != 3 ? TUNNEL_NONE : tunnel_ethernet(&c, n);
}

/* RFC 7348: the flag that says the network's number is valid must be set, all others are zero. */
static enum tunnel_result
open_vxlan(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint8_t flags = cursor_u8(&c);

	cursor_skip(&c, 7);
	return !c.failed && (flags & 0x08) == 0 ? TUNNEL_NONE : tunnel_ethernet(&c, n);
}

/* RFC 8926 section 3.4. */
static enum tunnel_result
open_geneve(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint8_t head = cursor_u8(&c);
	uint16_t type;

	cursor_skip(&c, 1);
	type = cursor_be16(&c);
	if (!c.failed && head >> 6 != 0)
		return TUNNEL_NONE;
	cursor_skip(&c, 4 + (size_t)(head & 0x3f) * 4);
	return type == ETHERTYPE_BRIDGED ? tunnel_ethernet(&c, n) : tunnel_type(&c, type, n);
}

/* 3GPP TS 29.281 section 5: version 1, a packet of a subscriber's (255); extension headers are chained by their last
 * octet. */
static enum tunnel_result
open_gtp(struct next *n)
{
	struct cursor c = cursor_of(n->data);
	uint8_t flags = cursor_u8(&c), message = cursor_u8(&c), extension = 0;

	cursor_skip(&c, 6);
	if (!c.failed && (flags >> 4 != 3 || message != 255))
		return TUNNEL_NONE;
	if ((flags & 0x07) != 0) {
		cursor_skip(&c, 3);
		extension = cursor_u8(&c);
	}
	for (int i = 0; (flags & 0x04) != 0 && extension != 0 && !c.failed; i++) {
		size_t length = (size_t)cursor_u8(&c) * 4;

		if (length == 0 || i == 8)
			return TUNNEL_NONE;
		cursor_skip(&c, length - 2);
		extension = cursor_u8(&c);
	}
	return open_ip(&c, n);
}

/* RFC 4380 section 5.1.1: what may stand before the IPv6 packet; and it must be one, as long as it says. */
static enum tunnel_result
open_teredo(struct next *n)
{
	struct cursor c = cursor_of(n->data), ahead;
	size_t length;

	if (c.left.len >= 4 && c.left.at[0] == 0 && c.left.at[1] == 1)
		cursor_skip(&c, 4 + (size_t)c.left.at[2] + c.left.at[3] + 9);
	if (c.left.len >= 2 && c.left.at[0] == 0 && c.left.at[1] == 0)
		cursor_skip(&c, 8);
	ahead = c;
	length = cursor_be16(&(struct cursor){ bytes_skip(ahead.left, 4), ahead.failed });
	if (c.failed || c.left.len < 40 || c.left.at[0] >> 4 != 6 || length > c.left.len - 40 + n->cut)
		return TUNNEL_NONE;
	return tunnel_type(&c, ETHERTYPE_IPV6, n);
}

static const struct {
	const char *name, *help, *filter;
} kinds[TUNNELS] = {
	[TUNNEL_MPLS] = { "mpls", "Label switching (RFC 3032), also in IP.",
	    "ether proto 0x8847 or ether proto 0x8848 or ip proto 137" },
	[TUNNEL_PPPOE] = { "pppoe", "PPP over Ethernet (RFC 2516).",
	    "ether proto 0x8864" },
	[TUNNEL_PPTP] = { "pptp", "PPP in GRE version 1 (RFC 2637).",
	    "ip proto 47" },
	[TUNNEL_GRE] = { "gre", "Generic routing encapsulation (RFC 2784, 2890).",
	    "ip proto 47 or ip6 proto 47" },
	[TUNNEL_ERSPAN] = { "erspan", "Mirrored frames in GRE, types I, II and III.",
	    "ip proto 47 or ip6 proto 47" },
	[TUNNEL_VXLAN] = { "vxlan", "Frames in UDP port 4789 or 8472 (RFC 7348).",
	    "udp port 4789 or udp port 8472" },
	[TUNNEL_GENEVE] = { "geneve", "Frames in UDP port 6081 (RFC 8926).",
	    "udp port 6081" },
	[TUNNEL_GTP] = { "gtp", "Subscribers' packets in UDP port 2152 (3GPP TS 29.281).",
	    "udp port 2152" },
	[TUNNEL_TEREDO] = { "teredo", "IPv6 in UDP port 3544 (RFC 4380).",
	    "udp port 3544" },
	[TUNNEL_IPIP] = { "ipip", "IP in IP, either version in either (RFC 2003, 2473, 4213).",
	    "ip proto 4 or ip proto 41 or ip6 proto 4 or ip6 proto 41" },
	[TUNNEL_ETHERIP] = { "etherip", "Frames in IP (RFC 3378).",
	    "ip proto 97" },
	[TUNNEL_PBB] = { "pbb", "Provider backbone bridges (IEEE 802.1ah).",
	    "ether proto 0x88e7" },
	[TUNNEL_ETAG] = { "etag", "Port extenders (IEEE 802.1BR).",
	    "ether proto 0x893f" },
	[TUNNEL_VNTAG] = { "vntag", "Port extenders before they were standardised.",
	    "ether proto 0x8926" },
	[TUNNEL_FABRICPATH] = { "fabricpath", "FabricPath's outer header.",
	    "ether proto 0x8903" },
	[TUNNEL_NSH] = { "nsh", "Network service header (RFC 8300).",
	    "ether proto 0x894f" },
};

/* UDP ports are looked for among the destination, and where both ends use the same, also among the source. */
static const struct {
	enum { BY_TYPE, BY_PROTOCOL, BY_PORT } by;
	uint16_t value;
	enum tunnel tunnel;
	enum tunnel_result (*open)(struct next *);
} rows[] = {
	{ BY_TYPE, ETHERTYPE_MPLS, TUNNEL_MPLS, open_mpls },
	{ BY_TYPE, 0x8848, TUNNEL_MPLS, open_mpls },
	{ BY_TYPE, 0x8864, TUNNEL_PPPOE, open_pppoe },
	{ BY_TYPE, 0x88e7, TUNNEL_PBB, open_pbb },
	{ BY_TYPE, 0x893f, TUNNEL_ETAG, open_etag },
	{ BY_TYPE, 0x8926, TUNNEL_VNTAG, open_vntag },
	{ BY_TYPE, 0x8903, TUNNEL_FABRICPATH, open_fabricpath },
	{ BY_TYPE, ETHERTYPE_NSH, TUNNEL_NSH, open_nsh },
	{ BY_TYPE, ETHERTYPE_ERSPAN, TUNNEL_ERSPAN, gre_open_erspan },
	{ BY_TYPE, ETHERTYPE_ERSPAN3, TUNNEL_ERSPAN, gre_open_erspan3 },
	{ BY_TYPE, ETHERTYPE_ERSPAN1, TUNNEL_ERSPAN, gre_open_erspan1 },
	{ BY_PROTOCOL, PROTOCOL_IPIP, TUNNEL_IPIP, open_ipip },
	{ BY_PROTOCOL, PROTOCOL_IPV6, TUNNEL_IPIP, open_ipip },
	{ BY_PROTOCOL, PROTOCOL_GRE, TUNNEL_GRE, gre_open },
	{ BY_PROTOCOL, PROTOCOL_GRE, TUNNEL_PPTP, gre_open_pptp },
	{ BY_PROTOCOL, PROTOCOL_ETHERIP, TUNNEL_ETHERIP, open_etherip },
	{ BY_PROTOCOL, PROTOCOL_MPLS, TUNNEL_MPLS, open_mpls_in_ip },
	{ BY_PORT, 4789, TUNNEL_VXLAN, open_vxlan },
	{ BY_PORT, 8472, TUNNEL_VXLAN, open_vxlan },
	{ BY_PORT, 6081, TUNNEL_GENEVE, open_geneve },
	{ BY_PORT, 2152, TUNNEL_GTP, open_gtp },
	{ BY_PORT, 3544, TUNNEL_TEREDO, open_teredo },
};

const char *
tunnel_name(enum tunnel t)
{
	return kinds[t].name;
}

const char *
tunnel_help(enum tunnel t)
{
	return kinds[t].help;
}

bool
tunnel_want(struct bytes name, uint32_t *wanted)
{
	bool all = bytes_equal(name, BYTES("all")), found = all;

	for (int i = 0; i < TUNNELS; i++) {
		bool named = bytes_equal(name, bytes_str(kinds[i].name));

		if (named || all)
			*wanted |= 1u << i;
		found |= named;
	}
	return found;
}

char *
tunnel_filter(uint32_t wanted)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = wanted == 0 ? NULL : open_memstream(&text, &len);
	const char *between = "";

	if (out == NULL)
		return NULL;
	for (int i = 0; i < TUNNELS; i++)
		if ((wanted >> i & 1) != 0) {
			fprintf(out, "%s%s", between, kinds[i].filter);
			between = " or ";
		}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* Tries every row for this number that is wanted; the first that does not decline decides. */
static enum tunnel_result
try_rows(uint32_t wanted, int by, uint16_t value, struct next *n, enum tunnel *which)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct next inner = *n;
		enum tunnel_result result;

		if ((int)rows[i].by != by || rows[i].value != value || (wanted & 1u << rows[i].tunnel) == 0)
			continue;
		result = rows[i].open(&inner);
		if (result == TUNNEL_NONE)
			continue;
		*n = inner;
		*which = rows[i].tunnel;
		return result;
	}
	return TUNNEL_NONE;
}

/* RFC 768. */
static enum tunnel_result
open_udp(uint32_t wanted, struct next *n, enum tunnel *which)
{
	struct cursor c = cursor_of(n->data);
	uint16_t source = cursor_be16(&c), destination = cursor_be16(&c);
	size_t length = cursor_be16(&c);
	struct next inner = *n;
	enum tunnel_result result;

	cursor_skip(&c, 2);
	if (c.failed || length < 8)
		return TUNNEL_NONE;
	inner.data = bytes_first(c.left, length - 8);
	result = try_rows(wanted, BY_PORT, destination, &inner, which);
	if (result == TUNNEL_NONE && source != destination && source == 3544)
		result = try_rows(wanted, BY_PORT, source, &inner, which);
	if (result != TUNNEL_NONE)
		*n = inner;
	return result;
}

enum tunnel_result
tunnel_open(uint32_t wanted, struct next *n, enum tunnel *which)
{
	if (wanted == 0)
		return TUNNEL_NONE;
	if (n->kind == NEXT_PROTOCOL && n->value == PROTOCOL_UDP)
		return open_udp(wanted, n, which);
	return try_rows(wanted, n->kind == NEXT_TYPE ? BY_TYPE : BY_PROTOCOL, n->value, n, which);
}
