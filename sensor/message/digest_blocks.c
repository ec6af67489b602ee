/* SPDX-License-Identifier: Apache-2.0
 *
 * A block is sixteen groups of four steps in MD5, sixteen of four rounds in SHA-256, twenty of four rounds in SHA-1:
 *
 *	MD5      0    1    2    3    4    5  ...  15
 *	SHA-256  0    1    2    3    4    5  ...  15
 *	SHA-1    0    1    2    3 4  5    6  ...  18 19
 *
 * They are written in this order, and the processor, which sees some hundred instructions ahead, overlaps them. A second
 * stream, of which only SHA digests are asked for, goes along for nothing.
 */
#include "message/digest_blocks.h"

void
digest_chains_init(struct digest_chains *c)
{
	*c = (struct digest_chains){
		.md5 = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 },
		.sha1 = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 },
		.sha256 = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
		    0x5be0cd19 },
	};
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* --- MD5 --- */

struct md5 {
	uint32_t a, b, c, d;
};

INLINE uint32_t
word(const uint8_t *block, unsigned i)
{
	uint32_t w;

	memcpy(&w, block + i * sizeof(w), sizeof(w)); /* little-endian, as MD5 reads it */
	return w;
}

INLINE uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* The four functions of RFC 1321 section 3.4, written so that b, the value known last, passes through as little as can
 * be; the halves of G have no bit in common and may be added. */
#define MD5_F(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define MD5_G(b, c, d) (((c) & ~(d)) + ((b) & (d)))
#define MD5_H(b, c, d) (((c) ^ (d)) ^ (b))
#define MD5_I(b, c, d) ((c) ^ ((b) | ~(d)))

#define MD5_STEP(function, a, b, c, d, w, constant, turn) \
	((a) = rotate((a) + (w) + (constant) + function(b, c, d), turn) + (b))

/* G has its own: the half without b is added early. */
#define MD5_STEP_G(a, b, c, d, w, constant, turn) \
	((a) += (w) + (constant) + ((c) & ~(d)), (a) = rotate((a) + ((b) & (d)), turn) + (b))

#define MD5_GROUP(step, w0, k0, w1, k1, w2, k2, w3, k3, t0, t1, t2, t3) \
	do { \
		if ((kinds & DIGEST_MD5) != 0) { \
			step(m.a, m.b, m.c, m.d, word(in, w0), k0, t0); \
			step(m.d, m.a, m.b, m.c, word(in, w1), k1, t1); \
			step(m.c, m.d, m.a, m.b, word(in, w2), k2, t2); \
			step(m.b, m.c, m.d, m.a, word(in, w3), k3, t3); \
		} \
	} while (0)

#define MD5_STEP_F(...) MD5_STEP(MD5_F, __VA_ARGS__)
#define MD5_STEP_H(...) MD5_STEP(MD5_H, __VA_ARGS__)
#define MD5_STEP_I(...) MD5_STEP(MD5_I, __VA_ARGS__)
#define MD5_FF(...) MD5_GROUP(MD5_STEP_F, __VA_ARGS__, 7, 12, 17, 22)
#define MD5_GG(...) MD5_GROUP(MD5_STEP_G, __VA_ARGS__, 5, 9, 14, 20)
#define MD5_HH(...) MD5_GROUP(MD5_STEP_H, __VA_ARGS__, 4, 11, 16, 23)
#define MD5_II(...) MD5_GROUP(MD5_STEP_I, __VA_ARGS__, 6, 10, 15, 21)

/* --- SHA-256 --- */

struct sha256 {
	__m128i abef, cdgh;
	__m128i w[4]; /* the schedule: sixteen words, the group's own four at [group % 4] */
};

static const uint32_t sha256_constants[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The instructions want the eight words as ABEF and CDGH, A highest. */
INLINE void
sha256_load(struct sha256 *s, const uint32_t chain[8])
{
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)chain), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(chain + 4)), 0x1b);

	s->abef = _mm_alignr_epi8(cdab, efgh, 8);
	s->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

INLINE void
sha256_store(const struct sha256 *s, uint32_t chain[8])
{
	__m128i feba = _mm_shuffle_epi32(s->abef, 0x1b), dchg = _mm_shuffle_epi32(s->cdgh, 0xb1);

	_mm_storeu_si128((__m128i *)chain, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((__m128i *)(chain + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four rounds, and what can be prepared of the schedule for later groups. */
INLINE void
sha256_group(struct sha256 *s, const uint8_t *in, unsigned i)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i *now = &s->w[i % 4], *next = &s->w[(i + 1) % 4], *before = &s->w[(i + 3) % 4];
	__m128i sum;

	if (i < 4)
		*now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(in + 16 * i)), swap);
	sum = _mm_add_epi32(*now, _mm_load_si128((const __m128i *)(sha256_constants + 4 * i)));
	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, sum);
	if (i >= 3 && i < 15) {
		*next = _mm_add_epi32(*next, _mm_alignr_epi8(*now, *before, 4));
		*next = _mm_sha256msg2_epu32(*next, *now);
	}
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(sum, 0x0e));
	if (i >= 1 && i < 13)
		*before = _mm_sha256msg1_epu32(*before, *now);
}

/* --- SHA-1 --- */

struct sha1 {
	__m128i abcd, e[2]; /* e: of this group, and what the next one makes its own of */
	__m128i w[4];
};

INLINE void
sha1_load(struct sha1 *s, const uint32_t chain[5])
{
	s->abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)chain), 0x1b);
	s->e[0] = _mm_set_epi32((int)chain[4], 0, 0, 0);
}

INLINE void
sha1_store(const struct sha1 *s, uint32_t chain[5])
{
	_mm_storeu_si128((__m128i *)chain, _mm_shuffle_epi32(s->abcd, 0x1b));
	chain[4] = (uint32_t)_mm_extract_epi32(s->e[0], 3);
}

INLINE void
sha1_begin(struct sha1 *s, const uint8_t *in, unsigned i)
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	__m128i *now = &s->w[i % 4], *next = &s->w[(i + 1) % 4], *e = &s->e[i % 2];

	if (i < 4)
		*now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(in + 16 * i)), swap);
	*e = i == 0 ? _mm_add_epi32(*e, *now) : _mm_sha1nexte_epu32(*e, *now);
	s->e[(i + 1) % 2] = s->abcd;
	if (i >= 3 && i < 19)
		*next = _mm_sha1msg2_epu32(*next, *now);
}

INLINE void
sha1_end(struct sha1 *s, unsigned i)
{
	__m128i now = s->w[i % 4], *before = &s->w[(i + 3) % 4], *older = &s->w[(i + 2) % 4];

	if (i >= 1 && i < 17)
		*before = _mm_sha1msg1_epu32(*before, now);
	if (i >= 2 && i < 18)
		*older = _mm_xor_si128(*older, now);
}

/* --- all of them --- */

struct sha {
	struct sha256 sha256;
	struct sha1 sha1;
};

INLINE void
sha_load(struct sha *s, const struct digest_chains *c)
{
	sha256_load(&s->sha256, c->sha256);
	sha1_load(&s->sha1, c->sha1);
}

INLINE void
sha_store(const unsigned kinds, const struct sha *s, struct digest_chains *c)
{
	if ((kinds & DIGEST_SHA256) != 0)
		sha256_store(&s->sha256, c->sha256);
	if ((kinds & DIGEST_SHA1) != 0)
		sha1_store(&s->sha1, c->sha1);
}

/* A block ends: what it made of the chains is added to what they were. */
INLINE void
sha_add(struct sha *s, const struct sha *before)
{
	s->sha256.abef = _mm_add_epi32(s->sha256.abef, before->sha256.abef);
	s->sha256.cdgh = _mm_add_epi32(s->sha256.cdgh, before->sha256.cdgh);
	s->sha1.e[0] = _mm_sha1nexte_epu32(s->sha1.e[0], before->sha1.e[0]);
	s->sha1.abcd = _mm_add_epi32(s->sha1.abcd, before->sha1.abcd);
}

#define SHA1_GROUP(kinds, s, in, i) \
	do { \
		if (((kinds) & DIGEST_SHA1) != 0) { \
			sha1_begin(&(s).sha1, in, i); \
			(s).sha1.abcd = _mm_sha1rnds4_epu32((s).sha1.abcd, (s).sha1.e[(i) % 2], (i) / 5); \
			sha1_end(&(s).sha1, i); \
		} \
	} while (0)

#define SHA256_GROUP(kinds, s, in, i) \
	do { \
		if (((kinds) & DIGEST_SHA256) != 0) \
			sha256_group(&(s).sha256, in, i); \
	} while (0)

#define GROUP(i) \
	SHA256_GROUP(kinds, s, in, i); \
	SHA1_GROUP(kinds, s, in, (i) + (i) / 4); \
	SHA256_GROUP(beside, s2, in2, i); \
	SHA1_GROUP(beside, s2, in2, (i) + (i) / 4)

#define GROUP_AND_MORE(i) \
	GROUP(i); \
	SHA1_GROUP(kinds, s, in, (i) + (i) / 4 + 1); \
	SHA1_GROUP(beside, s2, in2, (i) + (i) / 4 + 1)

/* `kinds` and `beside` are known where this is expanded: what is not asked for leaves no trace. */
INLINE void
take_blocks(const unsigned kinds, struct digest_chains *c, const uint8_t *in, const unsigned beside,
    struct digest_chains *c2, const uint8_t *in2, size_t count)
{
	struct md5 m = { c->md5[0], c->md5[1], c->md5[2], c->md5[3] }, m_before;
	struct sha s, s2, s_before, s2_before;

	sha_load(&s, c);
	if (beside != 0)
		sha_load(&s2, c2);
	for (; count > 0; count--, in += DIGEST_BLOCK) {
		m_before = m;
		s_before = s;
		if (beside != 0)
			s2_before = s2;
		MD5_FF(0, 0xd76aa478, 1, 0xe8c7b756, 2, 0x242070db, 3, 0xc1bdceee);
		GROUP(0);
		MD5_FF(4, 0xf57c0faf, 5, 0x4787c62a, 6, 0xa8304613, 7, 0xfd469501);
		GROUP(1);
		MD5_FF(8, 0x698098d8, 9, 0x8b44f7af, 10, 0xffff5bb1, 11, 0x895cd7be);
		GROUP(2);
		MD5_FF(12, 0x6b901122, 13, 0xfd987193, 14, 0xa679438e, 15, 0x49b40821);
		GROUP_AND_MORE(3);
		MD5_GG(1, 0xf61e2562, 6, 0xc040b340, 11, 0x265e5a51, 0, 0xe9b6c7aa);
		GROUP(4);
		MD5_GG(5, 0xd62f105d, 10, 0x02441453, 15, 0xd8a1e681, 4, 0xe7d3fbc8);
		GROUP(5);
		MD5_GG(9, 0x21e1cde6, 14, 0xc33707d6, 3, 0xf4d50d87, 8, 0x455a14ed);
		GROUP(6);
		MD5_GG(13, 0xa9e3e905, 2, 0xfcefa3f8, 7, 0x676f02d9, 12, 0x8d2a4c8a);
		GROUP_AND_MORE(7);
		MD5_HH(5, 0xfffa3942, 8, 0x8771f681, 11, 0x6d9d6122, 14, 0xfde5380c);
		GROUP(8);
		MD5_HH(1, 0xa4beea44, 4, 0x4bdecfa9, 7, 0xf6bb4b60, 10, 0xbebfbc70);
		GROUP(9);
		MD5_HH(13, 0x289b7ec6, 0, 0xeaa127fa, 3, 0xd4ef3085, 6, 0x04881d05);
		GROUP(10);
		MD5_HH(9, 0xd9d4d039, 12, 0xe6db99e5, 15, 0x1fa27cf8, 2, 0xc4ac5665);
		GROUP_AND_MORE(11);
		MD5_II(0, 0xf4292244, 7, 0x432aff97, 14, 0xab9423a7, 5, 0xfc93a039);
		GROUP(12);
		MD5_II(12, 0x655b59c3, 3, 0x8f0ccc92, 10, 0xffeff47d, 1, 0x85845dd1);
		GROUP(13);
		MD5_II(8, 0x6fa87e4f, 15, 0xfe2ce6e0, 6, 0xa3014314, 13, 0x4e0811a1);
		GROUP(14);
		MD5_II(4, 0xf7537e82, 11, 0xbd3af235, 2, 0x2ad7d2bb, 9, 0xeb86d391);
		GROUP_AND_MORE(15);
		m.a += m_before.a;
		m.b += m_before.b;
		m.c += m_before.c;
		m.d += m_before.d;
		sha_add(&s, &s_before);
		if (beside != 0) {
			sha_add(&s2, &s2_before);
			in2 += DIGEST_BLOCK;
		}
	}
	if ((kinds & DIGEST_MD5) != 0)
		memcpy(c->md5, &m, sizeof(m));
	sha_store(kinds, &s, c);
	if (beside != 0)
		sha_store(beside, &s2, c2);
}

#define ALONE(kinds) \
	TARGET static void alone_##kinds(struct digest_chains *c, const uint8_t *in, size_t count) \
	{ \
		take_blocks(kinds, c, in, 0, NULL, NULL, count); \
	}

#define BESIDE(kinds, beside) \
	TARGET static void beside_##kinds##_##beside(struct digest_chains *c, const uint8_t *in, \
	    struct digest_chains *c2, const uint8_t *in2, size_t count) \
	{ \
		take_blocks(kinds, c, in, beside, c2, in2, count); \
	}

ALONE(1)
ALONE(2)
ALONE(3)
ALONE(4)
ALONE(5)
ALONE(6)
ALONE(7)
BESIDE(5, 6)
BESIDE(7, 6)

static digest_blocks *const rows[] = { NULL, alone_1, alone_2, alone_3, alone_4, alone_5, alone_6, alone_7 };

static bool has_instructions;
static pthread_once_t asked = PTHREAD_ONCE_INIT;

static void
ask_processor(void)
{
	enum { EXTENDED_FEATURES = 7, SHA_BIT = 1 << 29 };
	unsigned a, b, c, d;

	has_instructions = __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") &&
	    __get_cpuid_count(EXTENDED_FEATURES, 0, &a, &b, &c, &d) && (b & SHA_BIT) != 0;
}

digest_blocks *
digest_blocks_of(unsigned kinds)
{
	if (pthread_once(&asked, ask_processor) != 0 || !has_instructions)
		return NULL;
	return rows[kinds % (sizeof(rows) / sizeof(rows[0]))];
}

digest_blocks_beside *
digest_blocks_beside_of(unsigned kinds, unsigned beside)
{
	if (digest_blocks_of(kinds) == NULL || beside != (DIGEST_SHA1 | DIGEST_SHA256))
		return NULL;
	return kinds == 7 ? beside_7_6 : kinds == 5 ? beside_5_6 : NULL;
}

#else

digest_blocks *
digest_blocks_of(unsigned kinds)
{
	(void)kinds;
	return NULL;
}

digest_blocks_beside *
digest_blocks_beside_of(unsigned kinds, unsigned beside)
{
	(void)kinds;
	(void)beside;
	return NULL;
}

#endif
