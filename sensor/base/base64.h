/* SPDX-License-Identifier: Apache-2.0
 *
 * base64 (RFC 4648 section 4), as a stream and forgiving as mail needs it (RFC 2045 section 6.8: what is not in the
 * alphabet is skipped).
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/bytes.h"

struct base64 {
	uint32_t bits;   /* sextets not handed out yet */
	uint8_t sextets; /* how many, 0 to 3 */
	bool ended;      /* a "=" was seen: only more "=" or nothing may follow */
	bool sloppy;     /* octets outside the alphabet, data after "=", or a lone sextet at the end */
};

void base64_init(struct base64 *);

/* Decodes all of `in` into out, which has room for in.len / 4 * 3 + 3 octets; returns the octets written. CR, LF, blank
 * and tab are skipped silently, anything else outside the alphabet is skipped and marked sloppy. "=" ends a quantum;
 * decoding goes on with what follows it, marked sloppy. */
size_t base64_push(struct base64 *, struct bytes in, uint8_t *out);

/* The octets of an unpadded end (at most 2); after it the decoder is as new but keeps `sloppy`. */
size_t base64_finish(struct base64 *, uint8_t out[2]);

/* Decodes `in` whole into out (room for in.len / 4 * 3 + 3); false when it was sloppy in any way. *len is set always. */
bool base64_decode(struct bytes in, uint8_t *out, size_t *len);

/* Encodes with padding into out, which has room for (in.len + 2) / 3 * 4 + 1; NUL-terminated; returns the length. */
size_t base64_encode(struct bytes in, char *out);

#endif
