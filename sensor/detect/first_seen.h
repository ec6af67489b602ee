/* SPDX-License-Identifier: Apache-2.0
 *
 * first_seen: which things were seen before, since when, and how often, under a ceiling on things. What was silent for
 * long enough is forgotten, and then new again.
 */
#ifndef DETECT_FIRST_SEEN_H
#define DETECT_FIRST_SEEN_H

#include "base/clock.h"
#include "base/hash.h"
#include "detect/state.h"

struct seen {
	usec_t first, last;
	uint64_t times;
	uint64_t mark; /* for whoever keeps the set: 0 at first */
};

struct first_seen;

/* NULL when memory is short. forget: silence after which a thing is new again. */
struct first_seen *first_seen_new(size_t things, usec_t forget);

/* Notes the thing at `now`. What is returned is what was known before: times 0 when it is new (or memory is short). The
 * least recently seen thing gives way at the ceiling. */
struct seen first_seen_note(struct first_seen *, struct identity, usec_t now);

/* What is known, without noting it; NULL: nothing. Valid until the next call; its mark may be set. */
struct seen *first_seen_find(const struct first_seen *, struct identity, usec_t now);

/* Lets go what was silent for too long. */
void first_seen_expire(struct first_seen *, usec_t now);

/* When the first thing of all was noted; USEC_MAX before. Survives save and load. */
usec_t first_seen_since(const struct first_seen *);

size_t first_seen_len(const struct first_seen *);
uint64_t first_seen_evicted(const struct first_seen *);
size_t first_seen_memory(const struct first_seen *);
size_t first_seen_entry_size(void);

void first_seen_save(const struct first_seen *, struct state_out *);
bool first_seen_load(struct first_seen *, struct state_in *);

void first_seen_free(struct first_seen *); /* NULL is fine */

#endif
