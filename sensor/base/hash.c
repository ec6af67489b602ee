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

static inline __attribute__((always_inline)) void
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

static struct siphash
start(const struct hash_key *key)
{
	return (struct siphash){ key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
		key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573) };
}

/* What does not fill a word yet, and how many octets were taken in all. */
struct remainder {
	uint64_t word;
	size_t len;
};

static void
take(struct siphash *s, struct remainder *r, struct bytes b)
{
	size_t i = 0;

	for (; i < b.len && (r->len & 7) != 0; i++, r->len++) {
		r->word |= (uint64_t)b.at[i] << (8 * (r->len & 7));
		if ((r->len & 7) == 7) {
			take_word(s, r->word);
			r->word = 0;
		}
	}
	for (; b.len - i >= 8; i += 8, r->len += 8)
		take_word(s, load_le64(b.at + i));
	for (; i < b.len; i++, r->len++)
		r->word |= (uint64_t)b.at[i] << (8 * (r->len & 7));
}

static uint64_t
end(struct siphash *s)
{
	for (int i = 0; i < 4; i++)
		mix(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t
hash_bytes(const struct hash_key *key, struct bytes b)
{
	struct siphash s = start(key);
	struct remainder r = { 0, 0 };

	take(&s, &r, b);
	take_word(&s, r.word | (uint64_t)r.len << 56);
	s.v2 ^= 0xff;
	return end(&s);
}

struct identity
identity_of(struct bytes space, struct bytes what)
{
	static const struct hash_key key = { UINT64_C(0x2d7061746c69616d), UINT64_C(0x797469746e656469) };
	struct siphash s = start(&key);
	struct remainder r = { 0, 0 };
	struct identity id;

	s.v1 ^= 0xee;
	take(&s, &r, space);
	take(&s, &r, bytes_of("", 1)); /* no name of a space has a NUL: it ends here and nowhere else */
	take(&s, &r, what);
	take_word(&s, r.word | (uint64_t)r.len << 56);
	s.v2 ^= 0xee;
	id.word[0] = end(&s);
	s.v1 ^= 0xdd;
	id.word[1] = end(&s);
	return id;
}

bool
identity_equal(struct identity a, struct identity b)
{
	return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

char *
identity_text(char out[IDENTITY_TEXT_MAX], struct identity id)
{
	snprintf(
	    out, IDENTITY_TEXT_MAX, "%016llx%016llx", (unsigned long long)id.word[0], (unsigned long long)id.word[1]);
	return out;
}
