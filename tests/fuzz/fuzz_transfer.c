/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfer encodings: the same octets come out however the input is cut, and never more than the room promised.
 * The first octet chooses the encoding, the second how long the pieces are.
 */
#include "message/transfer.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes in pieces of at most `most` octets; the caller frees. */
static uint8_t *
decode(enum transfer_encoding encoding, struct bytes in, size_t most, size_t *len)
{
	uint8_t *out = malloc(TRANSFER_ROOM(in.len) + TRANSFER_ROOM(0));
	struct transfer t;

	if (out == NULL)
		abort();
	*len = 0;
	transfer_init(&t, encoding);
	while (in.len > 0) {
		struct bytes piece = bytes_first(in, most);
		uint8_t *room = malloc(TRANSFER_ROOM(piece.len));
		size_t n;

		if (room == NULL)
			abort();
		n = transfer_push(&t, piece, room);
		memcpy(out + *len, room, n);
		free(room);
		*len += n;
		in = bytes_skip(in, piece.len);
	}
	*len += transfer_finish(&t, out + *len);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in;
	uint8_t *whole, *pieces;
	size_t whole_len, pieces_len;
	enum transfer_encoding encoding;

	if (size < 2)
		return 0;
	encoding = (enum transfer_encoding)(data[0] % 3);
	in = bytes_of(data + 2, size - 2);
	whole = decode(encoding, in, in.len + 1, &whole_len);
	pieces = decode(encoding, in, data[1] + (size_t)1, &pieces_len);
	if (whole_len != pieces_len || memcmp(whole, pieces, whole_len) != 0)
		abort();
	free(whole);
	free(pieces);
	return 0;
}
