/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/ipv6.h"

#define HEADER 40
#define EXTENSIONS_MAX 12

/* Steps over one extension header; *next becomes what follows it. */
static enum decode_result
step(struct cursor *c, uint8_t *next, struct ip_inner *inner)
{
	uint8_t kind = *next, length;
	uint16_t fragment;

	*next = cursor_u8(c);
	length = cursor_u8(c);
	if (kind == IP_FRAGMENT) {
		fragment = cursor_be16(c);
		inner->id = cursor_be32(c);
		/* A fragment that is all there is (RFC 6946) is a packet like any other. */
		inner->is_fragment = (fragment & 0xfff9) != 0;
		inner->more = (fragment & 1) != 0;
		inner->offset = fragment & 0xfff8u;
	} else if (kind == IP_AUTHENTICATION) {
		cursor_skip(c, ((size_t)length + 2) * 4 - 2);
	} else {
		cursor_skip(c, ((size_t)length + 1) * 8 - 2);
	}
	return c->failed ? DECODE_CUT_IP : DECODE_TCP;
}

static bool
is_extension(uint8_t next)
{
	switch (next) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_FRAGMENT:
	case IP_AUTHENTICATION:
	case IP_DESTINATION:
	case IP_MOBILITY:
	case IP_HOST_IDENTITY:
	case IP_SHIM6:
		return true;
	default:
		return false;
	}
}

enum decode_result
ipv6_read_on(struct ip_inner *inner)
{
	struct cursor c = cursor_of(inner->payload);
	uint8_t next = inner->protocol;

	for (int extensions = 0; is_extension(next) && next != IP_FRAGMENT; extensions++) {
		enum decode_result result = extensions == EXTENSIONS_MAX ? DECODE_TOO_MANY_HEADERS : step(&c, &next, inner);

		if (result != DECODE_TCP)
			return result;
	}
	inner->protocol = next;
	inner->payload = c.left;
	return DECODE_TCP;
}

enum decode_result
ipv6_read(struct bytes data, struct packet *p, struct ip_inner *inner)
{
	struct cursor c = cursor_of(data);
	uint8_t version = cursor_u8(&c) >> 4, next;
	size_t length;
	struct bytes source, destination;

	cursor_skip(&c, 3);
	length = cursor_be16(&c);
	next = cursor_u8(&c);
	cursor_skip(&c, 1);
	source = cursor_take(&c, 16);
	destination = cursor_take(&c, 16);
	if (c.failed)
		return DECODE_CUT_IP;
	if (version != 6)
		return DECODE_BAD_IP;
	p->ip_id = 0;
	p->source.address = address_v6(source.at);
	p->destination.address = address_v6(destination.at);
	/* As with IPv4, offload leaves 0 where the length does not fit. */
	if (length == 0)
		length = c.left.len;
	inner->cut = length > c.left.len ? (uint32_t)(length - c.left.len) : 0;
	c.left = bytes_first(c.left, length);
	/* What stands behind a part's own header belongs to the datagram. */
	inner->is_fragment = false;
	for (int extensions = 0; is_extension(next) && !inner->is_fragment; extensions++) {
		enum decode_result result = extensions == EXTENSIONS_MAX ? DECODE_TOO_MANY_HEADERS : step(&c, &next, inner);

		if (result == DECODE_CUT_IP && inner->cut == 0)
			return DECODE_BAD_IP; /* all of it was captured: the lengths contradict each other */
		if (result != DECODE_TCP)
			return result;
	}
	inner->protocol = next;
	inner->payload = c.left;
	return DECODE_TCP;
}
