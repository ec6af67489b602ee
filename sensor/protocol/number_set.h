/* SPDX-License-Identifier: Apache-2.0
 *
 * number_set: which of a mailbox's messages were met, as ranges of numbers (UIDs, mostly in a row). Exact up to a ceiling of
 * ranges; beyond it a number that extends no range counts each time it comes.
 */
#ifndef PROTOCOL_NUMBER_SET_H
#define PROTOCOL_NUMBER_SET_H

#include "base/bytes.h"

struct number_range {
	uint32_t first, last;
};

struct number_set {
	struct number_range *at; /* ascending, never touching each other */
	uint32_t len, room;
	uint64_t count;          /* numbers in it, and those that found no room */
	uint64_t lost;           /* of these */
};

/* All zero is an empty set. */
void number_set_clear(struct number_set *);

/* Adds a number, with at most `ceiling` ranges. True when it was not known to be in it. */
bool number_set_add(struct number_set *, uint32_t number, uint32_t ceiling);

bool number_set_has(const struct number_set *, uint32_t number);

/* How many are in the set and not in the other. */
uint64_t number_set_outside(const struct number_set *, const struct number_set *other);

#endif
