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

/* --- whole quanta ---
 *
 * Nearly all there is: four sextets of the alphabet, and line ends between them. Each function takes such octets from the
 * front as far as it can, and leaves the rest to the next one; `room` is what may be written to out. */

static size_t
push_quanta(struct bytes in, uint8_t *out, size_t *taken)
{
	size_t i = 0, n = 0;

	while (in.len - i >= 4) {
		uint32_t a = meanings[in.at[i]], b = meanings[in.at[i + 1]], c = meanings[in.at[i + 2]],
			 d = meanings[in.at[i + 3]];

		if ((a | b | c | d) > 63)
			break;
		out[n++] = (uint8_t)(a << 2 | b >> 4);
		out[n++] = (uint8_t)(b << 4 | c >> 2);
		out[n++] = (uint8_t)(c << 6 | d);
		i += 4;
	}
	*taken = i;
	return n;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTOR 32
#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* As many octets at once. An octet is of the alphabet when in the row of its low half the bit of its high half is set; the
 * high half tells as well how far it is from its sextet, but for "/" beside "+".
 *
 *	high half   2: + /   3: 0 to 9   4, 5: A to Z   6, 7: a to z */
__attribute__((target("avx2"))) static size_t
push_vectors(struct bytes in, size_t room, uint8_t *out, size_t *taken)
{
	const __m256i rows = TWICE((char)0xa8, (char)0xf8, (char)0xf8, (char)0xf8, (char)0xf8, (char)0xf8, (char)0xf8,
	    (char)0xf8, (char)0xf8, (char)0xf8, (char)0xf0, 0x54, 0x50, 0x50, 0x50, 0x54);
	const __m256i bits = TWICE(1, 2, 4, 8, 16, 32, 64, (char)128, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i distances = TWICE(0, 0, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i order = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	const __m256i close_up = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
	const __m256i half = _mm256_set1_epi8(15), slash = _mm256_set1_epi8('/'), zero = _mm256_setzero_si256();
	size_t i = 0, n = 0;

	while (in.len - i >= VECTOR && room - n >= VECTOR) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(in.at + i));
		__m256i high = _mm256_and_si256(_mm256_srli_epi32(v, 4), half), low = _mm256_and_si256(v, half);
		__m256i alien = _mm256_cmpeq_epi8(
		    _mm256_and_si256(_mm256_shuffle_epi8(rows, low), _mm256_shuffle_epi8(bits, high)), zero);
		__m256i less = _mm256_and_si256(_mm256_cmpeq_epi8(v, slash), _mm256_set1_epi8(-3));
		uint32_t stop = (uint32_t)_mm256_movemask_epi8(alien);
		size_t quanta = VECTOR / 4;

		v = _mm256_add_epi8(v, _mm256_add_epi8(_mm256_shuffle_epi8(distances, high), less));
		v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140)); /* two and two sextets become twelve bits */
		v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));    /* and these 24 */
		v = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(v, order), close_up);
		_mm256_storeu_si256((__m256i *)(out + n), v);
		if (stop != 0)
			quanta = (size_t)__builtin_ctz(stop) / 4;
		i += quanta * 4;
		n += quanta * 3;
		if (stop == 0)
			continue;
		if (meanings[in.at[i]] != OCTET_SPACE)
			break;
		while (i < in.len && meanings[in.at[i]] == OCTET_SPACE)
			i++;
	}
	*taken = i;
	return n;
}

static bool
has_vectors(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

#else

static size_t
push_vectors(struct bytes in, size_t room, uint8_t *out, size_t *taken)
{
	(void)in;
	(void)room;
	(void)out;
	*taken = 0;
	return 0;
}

static bool
has_vectors(void)
{
	return false;
}

#endif

/* --- any octet --- */

static size_t
push_octet(struct base64 *b, uint8_t octet, uint8_t *out)
{
	uint8_t m = meanings[octet];
	size_t n;

	if (m == OCTET_SPACE)
		return 0;
	if (m == OCTET_ALIEN) {
		b->sloppy = true;
		return 0;
	}
	if (m == OCTET_PAD) {
		n = drain(b, out);
		b->ended = true;
		return n;
	}
	if (b->ended) {
		b->ended = false;
		b->sloppy = true;
	}
	b->bits = b->bits << 6 | m;
	if (++b->sextets < 4)
		return 0;
	out[0] = (uint8_t)(b->bits >> 16);
	out[1] = (uint8_t)(b->bits >> 8);
	out[2] = (uint8_t)b->bits;
	b->bits = 0;
	b->sextets = 0;
	return 3;
}

size_t
base64_push(struct base64 *b, struct bytes in, uint8_t *out)
{
	size_t n = 0, room = in.len / 4 * 3 + 3, taken;
	bool vectors = has_vectors();

	while (in.len > 0) {
		if (b->sextets == 0 && !b->ended) {
			if (vectors) {
				n += push_vectors(in, room - n, out + n, &taken);
				in = bytes_skip(in, taken);
			}
			n += push_quanta(in, out + n, &taken);
			in = bytes_skip(in, taken);
			if (in.len == 0)
				break;
		}
		n += push_octet(b, in.at[0], out + n);
		in = bytes_skip(in, 1);
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
