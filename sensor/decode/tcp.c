/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/tcp.h"

#define HEADER_MIN 20
#define WINDOW_SCALE_MAX 14

enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_MSS = 2, OPTION_WINDOW_SCALE = 3 };

/* Options that contradict themselves end the reading of options, not of the segment: peers ignore them too. */
static void
read_options(struct bytes options, struct packet *p)
{
	struct cursor c = cursor_of(options);

	while (c.left.len > 0) {
		uint8_t kind = cursor_u8(&c), length;
		struct cursor value;

		if (kind == OPTION_END)
			return;
		if (kind == OPTION_NOTHING)
			continue;
		length = cursor_u8(&c);
		if (c.failed || length < 2)
			return;
		value = cursor_of(cursor_take(&c, (size_t)length - 2));
		if (c.failed)
			return;
		if (kind == OPTION_MSS && length == 4)
			p->mss = cursor_be16(&value);
		if (kind == OPTION_WINDOW_SCALE && length == 3) {
			uint8_t scale = cursor_u8(&value);

			p->window_scale = scale < WINDOW_SCALE_MAX ? scale : WINDOW_SCALE_MAX;
		}
	}
}

enum decode_result
tcp_read(const struct ip_inner *inner, struct packet *p)
{
	struct cursor c = cursor_of(inner->payload);
	size_t header;

	p->source.port = cursor_be16(&c);
	p->destination.port = cursor_be16(&c);
	p->sequence = cursor_be32(&c);
	p->acknowledged = cursor_be32(&c);
	header = (size_t)(cursor_u8(&c) >> 4) * 4;
	p->flags = cursor_u8(&c);
	p->window = cursor_be16(&c);
	p->checksum = cursor_be16(&c);
	cursor_skip(&c, 2);
	if (c.failed)
		return DECODE_CUT_TCP;
	if (header < HEADER_MIN || header > inner->payload.len + inner->cut)
		return DECODE_BAD_TCP;
	if (header > inner->payload.len)
		return DECODE_CUT_TCP;
	p->window_scale = 255;
	p->mss = 0;
	if (header > HEADER_MIN)
		read_options(bytes_first(c.left, header - HEADER_MIN), p);
	p->payload = bytes_skip(inner->payload, header);
	p->payload_cut = inner->cut;
	/* RFC 9293 section 3.10.7: without ACK nobody takes its octets, but a SYN's. */
	if ((p->flags & (TCP_ACK | TCP_SYN | TCP_RST)) == 0)
		return DECODE_BAD_TCP;
	return DECODE_TCP;
}
