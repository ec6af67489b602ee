/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/queue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/ring.h"
#include "observe/copy.h"

/* How long the maker sleeps before it looks for room again, at the end. */
#define NAP (USEC_PER_MSEC)

struct queue {
	struct ring *ring;
	struct bell *bell;
	bool unrung;           /* something was pushed that nobody was woken for */
	bool patient;
	usec_t patience;
	_Atomic uint64_t pushed, lost;
	_Atomic size_t highest;
};

struct queue *
queue_new(size_t size, struct bell *bell)
{
	struct queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->ring = ring_new(size);
	q->bell = bell;
	if (q->ring == NULL) {
		free(q);
		return NULL;
	}
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	ring_free(q->ring);
	free(q);
}

static bool
try_push(struct queue *q, const struct observation *o)
{
	for (int anew = 0; anew < 2; anew++) {
		size_t room = 0, used;
		void *space = ring_space(q->ring, anew == 1, &room);

		used = space == NULL ? 0 : observation_copy(space, room, o);
		if (used > 0) {
			ring_commit(q->ring, used);
			return true;
		}
	}
	return false;
}

/* Lets the taker work for a moment; false when it has not taken anything for as long as patience goes. */
static bool
wait_for_taker(struct queue *q, size_t *before, usec_t *since)
{
	struct timespec nap = { .tv_nsec = NAP * 1000 };
	size_t used = ring_used(q->ring);
	usec_t now = clock_monotonic();

	if (used != *before) {
		*before = used;
		*since = now;
	}
	if (now - *since > q->patience)
		return false;
	queue_wake(q);
	(void)nanosleep(&nap, NULL);
	return true;
}

void
queue_push(void *queue, const struct observation *o)
{
	struct queue *q = queue;
	size_t before = 0, used;
	usec_t since = 0;
	bool fits, was_empty;

	do {
		was_empty = ring_used(q->ring) == 0; /* what does not fit then never will */
		fits = try_push(q, o);
	} while (!fits && q->patient && !was_empty && wait_for_taker(q, &before, &since));
	if (!fits) {
		q->patient = q->patient && was_empty; /* said once: nobody takes any more */
		atomic_fetch_add_explicit(&q->lost, 1, memory_order_relaxed);
		return;
	}
	q->unrung = true;
	atomic_fetch_add_explicit(&q->pushed, 1, memory_order_relaxed);
	used = ring_used(q->ring);
	if (used > atomic_load_explicit(&q->highest, memory_order_relaxed))
		atomic_store_explicit(&q->highest, used, memory_order_relaxed);
}

void
queue_wake(struct queue *q)
{
	if (q->unrung)
		bell_ring(q->bell);
	q->unrung = false;
}

void
queue_be_patient(struct queue *q, usec_t patience)
{
	q->patient = true;
	q->patience = patience;
}

const struct observation *
queue_front(struct queue *q)
{
	size_t len;

	return ring_front(q->ring, &len);
}

void
queue_release(struct queue *q)
{
	ring_release(q->ring);
}

struct queue_counters
queue_counters(const struct queue *q)
{
	return (struct queue_counters){ .pushed = atomic_load_explicit(&q->pushed, memory_order_relaxed),
		.lost = atomic_load_explicit(&q->lost, memory_order_relaxed), .used = ring_used(q->ring),
		.highest = atomic_load_explicit(&q->highest, memory_order_relaxed), .size = ring_size(q->ring) };
}
