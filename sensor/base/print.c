/* SPDX-License-Identifier: Apache-2.0
 *
 * In blocks as long as the key; what comes of each is stirred into what came of those before.
 */
#include "base/print.h"

#include <string.h>

#include "base/hash.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define STEP 32 /* octets that go in together */
#define WORDS 256
#define BLOCK (WORDS * sizeof(uint32_t))

static _Alignas(32) uint32_t key[WORDS];
static uint64_t stir;
static uint64_t (*sum_steps)(const uint8_t *at, size_t len);

/* `len` octets, a multiple of STEP and at most BLOCK. */
static uint64_t
sum_plainly(const uint8_t *at, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len / sizeof(uint32_t); i += 2) {
		uint32_t w[2];

		memcpy(w, at + i * sizeof(uint32_t), sizeof(w));
		sum += (uint64_t)(w[0] + key[i]) * (uint32_t)(w[1] + key[i + 1]);
	}
	return sum;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static uint64_t
sum_avx2(const uint8_t *at, size_t len)
{
	__m256i sum = _mm256_setzero_si256();
	uint64_t part[4];

	for (size_t i = 0; i < len; i += STEP) {
		__m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));

		w = _mm256_add_epi32(w, _mm256_load_si256((const __m256i *)(const void *)(key + i / sizeof(uint32_t))));
		sum = _mm256_add_epi64(sum, _mm256_mul_epu32(w, _mm256_srli_epi64(w, 32)));
	}
	_mm256_storeu_si256((__m256i *)(void *)part, sum);
	return part[0] + part[1] + part[2] + part[3];
}
#endif

/* Before main(): no thread runs yet, and nobody can forget it. */
__attribute__((constructor)) static void
draw_key(void)
{
	for (size_t i = 0; i < sizeof(key); i += sizeof(struct hash_key)) {
		struct hash_key random = hash_key_random();

		memcpy((uint8_t *)key + i, &random, sizeof(random));
		stir = random.k0 | 1;
	}
	sum_steps = sum_plainly;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		sum_steps = sum_avx2;
#endif
}

uint32_t
print_of(struct bytes b)
{
	uint64_t sum = b.len;
	uint8_t last[STEP] = { 0 };
	size_t whole;

	for (; b.len > BLOCK; b = bytes_skip(b, BLOCK))
		sum = (sum + sum_steps(b.at, BLOCK)) * stir;
	whole = b.len - b.len % STEP;
	sum = (sum + sum_steps(b.at, whole)) * stir;
	if (b.len > whole) {
		memcpy(last, b.at + whole, b.len - whole);
		sum = (sum + sum_plainly(last, STEP)) * stir;
	}
	return (uint32_t)(sum >> 32 ^ sum);
}
