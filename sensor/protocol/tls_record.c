/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_record.h"

#include <string.h>

/* Whether the octets can be the header of a record. */
static bool
is_header(const uint8_t h[TLS_RECORD_HEADER])
{
	unsigned len = (unsigned)h[3] << 8 | h[4];

	return h[0] >= TLS_CHANGE_CIPHER_SPEC && h[0] <= TLS_APPLICATION_DATA && h[1] == 3 && h[2] <= 4 &&
	    len <= TLS_RECORD_MOST;
}

static void
begin(struct tls_records *r, const uint8_t h[TLS_RECORD_HEADER])
{
	r->type = h[0];
	r->minor = h[2];
	r->len = r->left = (uint16_t)(h[3] << 8 | h[4]);
	r->have = 0;
}

/* Whether the header is complete; *bad: it is none. */
static bool
read_header(struct tls_records *r, struct bytes *in, bool *bad)
{
	uint8_t header[TLS_RECORD_HEADER];
	size_t take = sizeof(header) - r->have;

	if (take > in->len)
		take = in->len;
	memcpy(header, r->header, sizeof(header));
	if (take > 0)
		memcpy(header + r->have, in->at, take);
	if (r->have + take < sizeof(header)) {
		memcpy(r->header, header, sizeof(header));
		r->have = (uint8_t)(r->have + take);
		*in = bytes_skip(*in, take);
		return false;
	}
	*bad = !is_header(header);
	if (*bad)
		return false;
	begin(r, header);
	*in = bytes_skip(*in, take);
	return true;
}

enum tls_piece_kind
tls_records_next(struct tls_records *r, struct bytes *in, struct tls_piece *out)
{
	bool begins = false, bad = false;

	if (r->left == 0) {
		if (in->len == 0)
			return TLS_PIECE_NONE;
		if (!read_header(r, in, &bad))
			return bad ? TLS_PIECE_BAD : TLS_PIECE_NONE;
		begins = true;
	} else if (in->len == 0) {
		return TLS_PIECE_NONE;
	}
	*out = (struct tls_piece){ .type = (enum tls_content)r->type, .begins = begins, .len = r->len, .minor = r->minor,
		.body = bytes_first(*in, r->left) };
	*in = bytes_skip(*in, out->body.len);
	r->left = (uint16_t)(r->left - out->body.len);
	out->ends = r->left == 0;
	return TLS_PIECE;
}

bool
tls_records_gap(struct tls_records *r, uint64_t missing)
{
	if (r->have > 0 || missing > r->left)
		return false;
	r->left = (uint16_t)(r->left - missing);
	return true;
}

bool
tls_record_is_data(struct bytes in)
{
	static const uint8_t least[TLS_RECORD_HEADER] = { TLS_APPLICATION_DATA, 3, 1, 0, 16 };
	uint8_t header[TLS_RECORD_HEADER];
	size_t n = in.len < sizeof(header) ? in.len : sizeof(header);

	memcpy(header, least, sizeof(header));
	if (n > 0)
		memcpy(header, in.at, n);
	return header[0] == TLS_APPLICATION_DATA && is_header(header) && header[2] != 4;
}
