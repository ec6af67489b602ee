/* SPDX-License-Identifier: Apache-2.0
 *
 * hash: SipHash-2-4 (Aumasson and Bernstein, 2012). Keyed, so that nobody on the wire can choose collisions; with a
 * fixed key also the source of stable identifiers.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

struct hash_key {
	uint64_t k0, k1;
};

/* A key from the kernel's random source; aborts the process when there is none. Called at start only. */
struct hash_key hash_key_random(void);

uint64_t hash_bytes(const struct hash_key *, struct bytes);

/*
 * Two words that together identify `what` within `space` (a fixed name, without NUL): the same on every run and machine.
 * SipHash-2-4 with 128 bits, its key a constant, over the space, a NUL and the thing.
 */
struct identity {
	uint64_t word[2];
};

struct identity identity_of(struct bytes space, struct bytes what);
bool identity_equal(struct identity, struct identity);

/* Room for the 32 hexadecimal digits and the NUL. */
#define IDENTITY_TEXT_MAX 33
char *identity_text(char out[IDENTITY_TEXT_MAX], struct identity);

#endif
