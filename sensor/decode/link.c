/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/link.h"

/* Link types as captures name them (pcap's DLT_* and LINKTYPE_*). */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_COOKED = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED2 = 276,
};

#define TAGS_MAX 8
#define LLC_SNAP 3 /* octets of LLC for SNAP: aa aa 03 */

static bool
is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

/* The type behind any tags; tags are noted in the packet. */
static enum decode_result
read_tags(struct cursor *c, uint16_t type, struct packet *p, uint16_t *out)
{
	for (int tags = 0; is_tag(type); tags++) {
		uint16_t tag = cursor_be16(c);

		type = cursor_be16(c);
		if (c->failed)
			return DECODE_CUT_LINK;
		if (tags == TAGS_MAX)
			return DECODE_TOO_MANY_TAGS;
		if (p->vlans < PACKET_VLANS)
			p->vlan[p->vlans++] = tag & 0x0fff;
	}
	*out = type;
	return DECODE_TCP;
}

/* A length stands where a type is expected: IEEE 802.3 with LLC, and IP in it only behind a SNAP header. */
static enum decode_result
read_llc(struct cursor *c, struct packet *p, struct link_header *h)
{
	struct bytes llc = cursor_take(c, LLC_SNAP), organisation = cursor_take(c, 3);
	uint16_t type = cursor_be16(c);
	enum decode_result result;

	if (llc.len == LLC_SNAP && !bytes_equal(llc, BYTES("\xaa\xaa\x03")))
		return DECODE_NOT_IP;
	if (c->failed)
		return DECODE_CUT_LINK;
	if (!bytes_equal(organisation, BYTES("\0\0\0")))
		return DECODE_NOT_IP;
	result = read_tags(c, type, p, &h->type);
	h->inner = c->left;
	return result;
}

static enum decode_result
read_type(struct cursor *c, uint16_t type, struct packet *p, struct link_header *h)
{
	enum decode_result result = read_tags(c, type, p, &type);

	if (result != DECODE_TCP)
		return result;
	if (type < 1536) {
		c->left = bytes_first(c->left, type);
		return read_llc(c, p, h);
	}
	h->type = type;
	h->inner = c->left;
	return DECODE_TCP;
}

enum decode_result
link_read_type(struct bytes data, uint16_t type, struct packet *p, struct link_header *h)
{
	struct cursor c = cursor_of(data);
	enum decode_result result = read_tags(&c, type, p, &h->type);

	h->inner = c.left;
	return result;
}

enum decode_result
link_read_ethernet(struct bytes frame, struct packet *p, struct link_header *h)
{
	struct cursor c = cursor_of(frame);
	uint16_t type;

	cursor_skip(&c, 12);
	type = cursor_be16(&c);
	return c.failed ? DECODE_CUT_LINK : read_type(&c, type, p, h);
}

static enum decode_result
read_cooked(struct bytes frame, struct packet *p, struct link_header *h)
{
	struct cursor c = cursor_of(frame);
	uint16_t type;

	cursor_skip(&c, 14);
	type = cursor_be16(&c);
	return c.failed ? DECODE_CUT_LINK : read_type(&c, type, p, h);
}

static enum decode_result
read_cooked2(struct bytes frame, struct packet *p, struct link_header *h)
{
	struct cursor c = cursor_of(frame);
	uint16_t type = cursor_be16(&c);

	cursor_skip(&c, 18);
	return c.failed ? DECODE_CUT_LINK : read_type(&c, type, p, h);
}

static enum decode_result
read_raw(struct bytes frame, struct packet *p, struct link_header *h)
{
	(void)p;
	h->type = 0;
	h->inner = frame;
	return DECODE_TCP;
}

/* The family is 2 for IPv4; for IPv6 each system has a number of its own. Both byte orders occur: a small number that
 * looks large was written the other way round. */
static enum decode_result
read_loopback(struct bytes frame, struct packet *p, struct link_header *h)
{
	struct cursor c = cursor_of(frame);
	uint32_t family = cursor_be32(&c);

	(void)p;
	if (c.failed)
		return DECODE_CUT_LINK;
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	if (family == 2)
		h->type = ETHERTYPE_IPV4;
	else if (family == 10 || family == 24 || family == 28 || family == 30)
		h->type = ETHERTYPE_IPV6;
	else
		return DECODE_NOT_IP;
	h->inner = c.left;
	return DECODE_TCP;
}

static const struct {
	int link_type;
	enum decode_result (*read)(struct bytes frame, struct packet *, struct link_header *);
} links[] = {
	{ LINK_ETHERNET, link_read_ethernet },
	{ LINK_COOKED, read_cooked },
	{ LINK_COOKED2, read_cooked2 },
	{ LINK_RAW, read_raw },
	{ LINK_RAW_BSD, read_raw },
	{ LINK_RAW_OPENBSD, read_raw },
	{ LINK_IPV4, read_raw },
	{ LINK_IPV6, read_raw },
	{ LINK_NULL, read_loopback },
	{ LINK_LOOP, read_loopback },
};

#define LINKS (sizeof(links) / sizeof(links[0]))

bool
link_is_known(int link_type)
{
	for (size_t i = 0; i < LINKS; i++)
		if (links[i].link_type == link_type)
			return true;
	return false;
}

enum decode_result
link_read(int link_type, struct bytes frame, struct packet *p, struct link_header *h)
{
	for (size_t i = 0; i < LINKS; i++)
		if (links[i].link_type == link_type)
			return links[i].read(frame, p, h);
	return DECODE_UNKNOWN_LINK;
}
