/* SPDX-License-Identifier: Apache-2.0
 *
 * window: sums over a sliding span of packet time, per key, under a ceiling on keys.
 *
 *	|--slot--|--slot--|--slot--|--slot--|...     the span in WINDOW_SLOTS slots: what is older than the span, give or
 *	^ oldest                   ^ now              take a slot, is out
 */
#ifndef DETECT_WINDOW_H
#define DETECT_WINDOW_H

#include "base/clock.h"
#include "base/hash.h"
#include "detect/state.h"

#define WINDOW_SLOTS 12
#define WINDOW_SUMS 2

struct window;

/* NULL when memory is short. span: at least WINDOW_SLOTS microseconds. */
struct window *window_new(size_t keys, usec_t span);

/* Adds to the sums of the key at time `now` and writes the sums over the span into sums. The least recently used key
 * gives way at the ceiling. False when memory is short. */
bool window_add(struct window *, struct identity key, usec_t now, const uint64_t more[WINDOW_SUMS],
    uint64_t sums[WINDOW_SUMS]);

/* Writes the sums that the key has over the span; all 0 when it has none. No use: its place stays. */
void window_sums(const struct window *, struct identity key, usec_t now, uint64_t sums[WINDOW_SUMS]);

/* Lets keys go that have had nothing for a whole span. */
void window_expire(struct window *, usec_t now);

size_t window_len(const struct window *);
uint64_t window_evicted(const struct window *);
usec_t window_span(const struct window *);
size_t window_memory(const struct window *);

/* Octets that a key may cost. */
size_t window_entry_size(void);

/* A window of another span is not taken over. */
void window_save(const struct window *, struct state_out *);
bool window_load(struct window *, struct state_in *);

void window_free(struct window *); /* NULL is fine */

#endif
