/* SPDX-License-Identifier: Apache-2.0
 *
 * handover: packets that arrived at one worker and belong to another: what came out of a tunnel, where the kernel could not
 * see whose it is. One ring for each pair of workers, so that no two threads ever write to the same.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "base/bell.h"
#include "decode/packet.h"

struct handover;

/* `size`: octets of each ring. bells: one per worker, rung when something waits for it; borrowed. NULL when memory is
 * short. */
struct handover *handover_new(unsigned workers, size_t size, struct bell *const *bells);
void handover_free(struct handover *); /* NULL is fine */

/* Which worker the packet belongs to. */
unsigned handover_owner(const struct handover *, const struct packet *);

/* Worker `from`: copies the packet for `to`. False when there is no room: it is lost, and counted. */
bool handover_give(struct handover *, unsigned from, unsigned to, const struct packet *);

/* Worker `from` has paused: wakes those for whom something waits. */
void handover_wake(struct handover *, unsigned from);

/* Worker `to`: hands at most `max` packets to `take`, valid inside it; returns how many. */
size_t handover_take(struct handover *, unsigned to, size_t max, void (*take)(void *arg, const struct packet *), void *arg);

struct handover_counters {
	uint64_t given, dropped;
};

/* Of what worker `from` gave; from any thread. */
struct handover_counters handover_counters(const struct handover *, unsigned from);

#endif
