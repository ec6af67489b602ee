/* SPDX-License-Identifier: Apache-2.0
 *
 * handover: packets that came out of a tunnel, where the kernel could not see whose they are: from the worker at which they
 * arrived to the one that owns their connection, which may be the same. One ring for each pair of workers, so that no two
 * threads ever write to the same.
 *
 * The two directions of a connection may arrive at two workers, one of which is behind. The owner takes the packets of all in
 * the order of their time, and none that is later than what every worker has read: each says how far it is.
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

/* Worker `from` has read everything that was captured until `time`. */
void handover_progress(struct handover *, unsigned from, usec_t time);

/* Whether anything was ever given: before that nobody need say how far it is. */
bool handover_is_used(const struct handover *);

/* Worker `from`: copies the packet for `to`. False when there is no room: it is lost, and counted. */
bool handover_give(struct handover *, unsigned from, unsigned to, const struct packet *);

/* Worker `from` has paused: wakes those for whom something waits. */
void handover_wake(struct handover *, unsigned from);

/* Worker `to`: hands at most `max` packets, valid inside the call, to `take`; returns how many. Those that are later than what
 * all workers have read stay, unless half of a ring is full, or `all` is asked for. */
size_t handover_take(struct handover *, unsigned to, size_t max, bool all, void (*take)(void *arg, const struct packet *),
    void *arg);

/* Worker `to`: whether packets wait for it. */
bool handover_waits(struct handover *, unsigned to);

struct handover_counters {
	uint64_t given, dropped;
};

/* Of what worker `from` gave; from any thread. */
struct handover_counters handover_counters(const struct handover *, unsigned from);

#endif
