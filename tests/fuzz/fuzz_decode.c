/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames out of the fuzzer's octets, all to one decoder, so that fragments meet: the first octet chooses the link type, then
 * each frame has its length in front.
 */
#include <stdlib.h>

#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every octet is read, so that one outside what may be read is noticed. */
static unsigned
touch(struct bytes b)
{
	unsigned sum = 0;

	for (size_t i = 0; i < b.len; i++)
		sum += b.at[i];
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int links[] = { 1, 0, 12, 14, 101, 108, 113, 228, 229, 276, 127 };
	struct decode_limits limits = { .tunnels = (1u << TUNNELS) - 1,
		.fragments = { .max = 4, .memory = 1 << 17, .timeout = 5 } };
	struct cursor c = cursor_of(bytes_of(data, size));
	uint8_t first = cursor_u8(&c);
	struct decoder *d;
	static volatile unsigned sink;
	usec_t time = 0;

	limits.verify_checksums = (first & 0x80) != 0;
	d = decoder_new(&limits);
	if (d == NULL)
		abort();
	while (c.left.len > 0) {
		size_t length = cursor_be16(&c);
		struct frame frame = { .link_type = links[(first & 0x7f) % (sizeof(links) / sizeof(links[0]))], .time = time++ };
		struct packet packet;

		frame.data = bytes_first(c.left, length);
		frame.wire_len = (uint32_t)length;
		c.left = bytes_skip(c.left, length);
		if (decode_frame(d, &frame, &packet) != DECODE_TCP)
			continue;
		if (packet.payload.len > 65535 || packet.vlans > PACKET_VLANS || packet.tunnels > DECODE_TUNNELS_MAX)
			abort();
		sink = touch(packet.payload);
	}
	if (decode_counters(d).fragments.waiting_bytes > limits.fragments.memory)
		abort();
	decoder_free(d);
	return 0;
}
