/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

/* And behind it what fills the last quantum. */
#define PAD 64
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

/* What an octet means: a sextet, or one of these. */
enum { OCTET_ALIEN = 64, OCTET_SPACE = 65, OCTET_PAD = 66 };

/* clang-format off */
static const uint8_t meanings[256] = {
#define A OCTET_ALIEN
#define S OCTET_SPACE
#define P OCTET_PAD
	A, A, A, A, A, A, A, A, A, S, S, A, A, S, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	S, A, A, A, A, A, A, A, A, A, A, 62, A, A, A, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, A, A, A, P, A, A,
	A, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, A, A, A, A, A,
	A, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
#undef A
#undef S
#undef P
};
/* clang-format on */

void
base64_init(struct base64 *b)
{
	*b = (struct base64){ 0 };
}

/* The octets that the sextets of an unfinished quantum hold. */
static size_t
drain(struct base64 *b, uint8_t *out)
{
	size_t n = 0;

	if (b->sextets == 1)
		b->sloppy = true;
	if (b->sextets >= 2)
		out[n++] = (uint8_t)(b->bits >> (6 * b->sextets - 8));
	if (b->sextets == 3)
		out[n++] = (uint8_t)(b->bits >> 2);
	b->bits = 0;
	b->sextets = 0;
	return n;
}

size_t
base64_push(struct base64 *b, struct bytes in, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t m = meanings[in.at[i]];

		if (m < 64) {
			if (b->ended) {
				b->ended = false;
				b->sloppy = true;
			}
			b->bits = b->bits << 6 | m;
			if (++b->sextets == 4) {
				out[n++] = (uint8_t)(b->bits >> 16);
				out[n++] = (uint8_t)(b->bits >> 8);
				out[n++] = (uint8_t)b->bits;
				b->bits = 0;
				b->sextets = 0;
			}
		} else if (m == OCTET_PAD) {
			n += drain(b, out + n);
			b->ended = true;
		} else if (m == OCTET_ALIEN) {
			b->sloppy = true;
		}
	}
	return n;
}

size_t
base64_finish(struct base64 *b, uint8_t out[2])
{
	size_t n = drain(b, out);

	b->ended = false;
	return n;
}

bool
base64_decode(struct bytes in, uint8_t *out, size_t *len)
{
	struct base64 b;

	base64_init(&b);
	*len = base64_push(&b, in, out);
	*len += base64_finish(&b, out + *len);
	return !b.sloppy;
}

size_t
base64_encode(struct bytes in, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len; i += 3) {
		size_t left = in.len - i;
		uint32_t bits = (uint32_t)in.at[i] << 16 | (left > 1 ? (uint32_t)in.at[i + 1] << 8 : 0) |
		    (left > 2 ? in.at[i + 2] : 0);

		out[n++] = alphabet[bits >> 18];
		out[n++] = alphabet[bits >> 12 & 63];
		out[n++] = alphabet[left > 1 ? bits >> 6 & 63 : PAD];
		out[n++] = alphabet[left > 2 ? bits & 63 : PAD];
	}
	out[n] = '\0';
	return n;
}
