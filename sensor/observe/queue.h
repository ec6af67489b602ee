/* SPDX-License-Identifier: Apache-2.0
 *
 * queue: observations from the thread that makes them to the one that judges: each is copied, with all that it points
 * to, into one record of a ring, and used there in place.
 *
 * The maker never waits: what finds no room is counted. Only at the end, when nothing comes in any more from the wire, may
 * it be told to wait instead, so that nothing of the last reports is lost.
 */
#ifndef OBSERVE_QUEUE_H
#define OBSERVE_QUEUE_H

#include "base/bell.h"
#include "observe/observation.h"

struct queue_counters {
	uint64_t pushed;
	uint64_t lost;  /* found no room */
	size_t used;    /* octets now, */
	size_t highest; /* and at most so far, as the maker saw it */
	size_t size;
};

struct queue;

/* `size`: octets of the ring; an observation longer than half of that may never pass. `bell` is borrowed, and rung by
 * queue_wake(). NULL when memory is short. */
struct queue *queue_new(size_t size, struct bell *);
void queue_free(struct queue *); /* NULL is fine */

/* An observer: arg is the queue. Nobody is woken yet. */
void queue_push(void *queue, const struct observation *);

/* The maker has paused: wakes the taker when something was pushed since. */
void queue_wake(struct queue *);

/* From now on the maker waits for room, for as long as the taker takes anything within `patience` (of monotonic time). */
void queue_be_patient(struct queue *, usec_t patience);

/* Taker: the oldest observation, or NULL. It lives, with all it points to, until queue_release(). */
const struct observation *queue_front(struct queue *);
void queue_release(struct queue *);

/* From any thread. */
struct queue_counters queue_counters(const struct queue *);

#endif
