/* SPDX-License-Identifier: Apache-2.0
 *
 * spread: how many different things a key had over a sliding span of packet time, under a ceiling on keys.
 *
 *	|----slot----|----slot----|----slot----|----slot----|     the span in SPREAD_SLOTS slots, a distinct counter each
 *	^ oldest                                ^ now             what is older than the span, give or take a slot, is out
 */
#ifndef DETECT_SPREAD_H
#define DETECT_SPREAD_H

#include "base/clock.h"
#include "detect/distinct.h"
#include "detect/state.h"

#define SPREAD_SLOTS 4

struct spread;

/* NULL when memory is short. span: at least SPREAD_SLOTS microseconds. */
struct spread *spread_new(size_t keys, usec_t span);

/* Notes that the key had this one at `now` and returns how many it had over the span; *grew (may be NULL) says whether
 * this one made it more. The least recently used key gives way at the ceiling. 0 when memory is short. */
uint64_t spread_add(struct spread *, struct identity key, usec_t now, struct identity what, bool *grew);

/* How many the key has had over the span. No use: its place stays. */
uint64_t spread_count(const struct spread *, struct identity key, usec_t now);

/* Lets keys go that have had nothing for a whole span. */
void spread_expire(struct spread *, usec_t now);

usec_t spread_span(const struct spread *);
size_t spread_len(const struct spread *);
uint64_t spread_evicted(const struct spread *);
size_t spread_memory(const struct spread *);

/* Octets that a key may cost. */
size_t spread_entry_size(void);

/* A spread of another span is not taken over. */
void spread_save(const struct spread *, struct state_out *);
bool spread_load(struct spread *, struct state_in *);

void spread_free(struct spread *); /* NULL is fine */

#endif
