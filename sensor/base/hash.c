/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct hash_key
hash_key_random(void)
{
	struct hash_key key;
	ssize_t n;

	do
		n = getrandom(&key, sizeof(key), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(key))
		abort();
	return key;
}

static uint64_t
rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static uint64_t
load_le64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? value : __builtin_bswap64(value);
}

struct siphash {
	uint64_t v0, v1, v2, v3;
};

static void
mix(struct siphash *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static void
take_word(struct siphash *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	mix(s);
	s->v0 ^= word;
}

uint64_t
hash_bytes(const struct hash_key *key, struct bytes b)
{
	struct siphash s = { key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
		key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t last = (uint64_t)b.len << 56;
	size_t whole = b.len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		take_word(&s, load_le64(b.at + i));
	for (size_t i = whole; i < b.len; i++)
		last |= (uint64_t)b.at[i] << (8 * (i - whole));
	take_word(&s, last);
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

struct identity
identity_of(struct bytes space, struct bytes what)
{
	/* The space gives the keys, so that equal things in two spaces have nothing in common. */
	static const struct hash_key low = { UINT64_C(0x6d61696c74617031), UINT64_C(0x6964656e74697479) };
	static const struct hash_key high = { UINT64_C(0x6d61696c74617032), UINT64_C(0x6964656e74697479) };
	struct hash_key a = { hash_bytes(&low, space), low.k1 }, b = { hash_bytes(&high, space), high.k0 };

	return (struct identity){ { hash_bytes(&a, what), hash_bytes(&b, what) } };
}

bool
identity_equal(struct identity a, struct identity b)
{
	return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

char *
identity_text(char out[IDENTITY_TEXT_MAX], struct identity id)
{
	snprintf(out, IDENTITY_TEXT_MAX, "%016llx%016llx", (unsigned long long)id.word[0],
	    (unsigned long long)id.word[1]);
	return out;
}
