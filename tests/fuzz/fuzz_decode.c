/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame out of the fuzzer's octets: the first chooses the link type.
 */
#include <stdlib.h>

#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int links[] = { 1, 0, 12, 14, 101, 108, 113, 228, 229, 276, 127 };
	struct frame frame = { .wire_len = (uint32_t)size };
	struct packet packet;

	if (size == 0)
		return 0;
	frame.link_type = links[data[0] % (sizeof(links) / sizeof(links[0]))];
	frame.data = bytes_of(data + 1, size - 1);
	if (decode_frame(&frame, &packet) != DECODE_TCP)
		return 0;
	if (packet.payload.len > size || (packet.payload.len > 0 && packet.payload.at < data) || packet.vlans > PACKET_VLANS)
		abort();
	return 0;
}
