/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/ipv4.h"

#define HEADER_MIN 20
#define MORE_FRAGMENTS 0x2000
#define OFFSET_MASK 0x1fff

enum decode_result
ipv4_read(struct bytes data, struct packet *p, struct ip_inner *inner)
{
	struct cursor c = cursor_of(data);
	uint8_t first = cursor_u8(&c), protocol;
	size_t header = (size_t)(first & 0x0f) * 4, total, fragment;
	struct bytes source, destination;

	cursor_skip(&c, 1);
	total = cursor_be16(&c);
	p->ip_id = cursor_be16(&c);
	fragment = cursor_be16(&c);
	cursor_skip(&c, 1);
	protocol = cursor_u8(&c);
	cursor_skip(&c, 2);
	source = cursor_take(&c, 4);
	destination = cursor_take(&c, 4);
	if (c.failed)
		return DECODE_CUT_IP;
	/* Segmentation offload leaves the length 0 when the packet is larger than the field can say. */
	if (total == 0)
		total = data.len;
	if (first >> 4 != 4 || header < HEADER_MIN || total < header)
		return DECODE_BAD_IP;
	if (data.len < header)
		return DECODE_CUT_IP;
	p->source.address = address_v4(source.at);
	p->destination.address = address_v4(destination.at);
	inner->protocol = protocol;
	inner->cut = total > data.len ? (uint32_t)(total - data.len) : 0;
	inner->payload = bytes_skip(bytes_first(data, total), header);
	inner->is_fragment = (fragment & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
	inner->more = (fragment & MORE_FRAGMENTS) != 0;
	inner->offset = (uint32_t)(fragment & OFFSET_MASK) * 8;
	inner->id = p->ip_id;
	return DECODE_TCP;
}
