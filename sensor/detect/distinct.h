/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct: how many different things there were: exactly up to DISTINCT_EXACT, beyond it by HyperLogLog (Flajolet and
 * others, 2007; linear counting where it is the better one), in the same room. With 256 registers the standard error is
 * 1.04 / 16, 6.5 %.
 */
#ifndef DETECT_DISTINCT_H
#define DETECT_DISTINCT_H

#include "base/hash.h"

#define DISTINCT_EXACT 32
#define DISTINCT_REGISTERS 256

/* All octets zero: none yet. */
struct distinct {
	uint32_t exact;    /* hashes kept */
	uint32_t estimates; /* 1: registers count, and `exact` no more */
	union {
		uint64_t hashes[DISTINCT_EXACT];
		uint8_t registers[DISTINCT_REGISTERS];
	} of;
};

/* True when the count may have grown: while it is exact, when this one is new. */
bool distinct_add(struct distinct *, struct identity);

/* As if all of `from` had been added to `to`. */
void distinct_merge(struct distinct *to, const struct distinct *from);

uint64_t distinct_count(const struct distinct *);

/* Whether it can have been made by the functions above. */
bool distinct_is_sound(const struct distinct *);

#endif
