/* SPDX-License-Identifier: Apache-2.0 */
#include "handover.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/ring.h"
#include "capture/fanout.h"

struct pair {
	struct ring *ring;
	bool unrung;
};

struct giver {
	_Atomic uint64_t given, dropped;
	_Atomic usec_t progress;
};

struct handover {
	unsigned workers;
	struct pair *pairs; /* from * workers + to */
	struct giver *givers;
	struct bell *const *bells;
	atomic_bool used;
};

struct handover *
handover_new(unsigned workers, size_t size, struct bell *const *bells)
{
	struct handover *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->workers = workers;
	h->bells = bells;
	h->pairs = calloc((size_t)workers * workers, sizeof(*h->pairs));
	h->givers = calloc(workers, sizeof(*h->givers));
	if (h->pairs == NULL || h->givers == NULL) {
		handover_free(h);
		return NULL;
	}
	for (unsigned i = 0; i < workers * workers; i++) {
		h->pairs[i].ring = ring_new(size);
		if (h->pairs[i].ring == NULL) {
			handover_free(h);
			return NULL;
		}
	}
	return h;
}

void
handover_free(struct handover *h)
{
	if (h == NULL)
		return;
	for (unsigned i = 0; h->pairs != NULL && i < h->workers * h->workers; i++)
		ring_free(h->pairs[i].ring);
	free(h->pairs);
	free(h->givers);
	free(h);
}

unsigned
handover_owner(const struct handover *h, const struct packet *packet)
{
	return fanout_hash(&packet->source, &packet->destination) % h->workers;
}

bool
handover_give(struct handover *h, unsigned from, unsigned to, const struct packet *packet)
{
	struct pair *pair = &h->pairs[from * h->workers + to];
	size_t need = sizeof(*packet) + packet->payload.len, room = 0;
	uint8_t *space = ring_space(pair->ring, false, &room);
	struct packet *copy;

	if (space == NULL || room < need)
		space = ring_space(pair->ring, true, &room);
	if (space == NULL || room < need) {
		atomic_fetch_add_explicit(&h->givers[from].dropped, 1, memory_order_relaxed);
		return false;
	}
	copy = (struct packet *)(void *)space;
	*copy = *packet;
	if (packet->payload.len > 0)
		memcpy(space + sizeof(*packet), packet->payload.at, packet->payload.len);
	copy->payload.at = space + sizeof(*packet);
	ring_commit(pair->ring, need);
	pair->unrung = true;
	if (!handover_is_used(h))
		atomic_store_explicit(&h->used, true, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->givers[from].given, 1, memory_order_relaxed);
	return true;
}

void
handover_wake(struct handover *h, unsigned from)
{
	for (unsigned to = 0; to < h->workers; to++) {
		struct pair *pair = &h->pairs[from * h->workers + to];

		if (pair->unrung)
			bell_ring(h->bells[to]);
		pair->unrung = false;
	}
}

void
handover_progress(struct handover *h, unsigned from, usec_t time)
{
	/* Only `from` writes it: time never goes back. */
	if (time > atomic_load_explicit(&h->givers[from].progress, memory_order_relaxed))
		atomic_store_explicit(&h->givers[from].progress, time, memory_order_release);
}

bool
handover_is_used(const struct handover *h)
{
	return atomic_load_explicit(&h->used, memory_order_relaxed);
}

/* How far all workers are. Read before the rings: what a worker gave before it said so is then there. */
static usec_t
common_progress(const struct handover *h)
{
	usec_t least = INT64_MAX;

	for (unsigned i = 0; i < h->workers; i++) {
		usec_t progress = atomic_load_explicit(&h->givers[i].progress, memory_order_acquire);

		least = progress < least ? progress : least;
	}
	return least;
}

/* The ring whose first packet is the earliest for `to`, or NULL; and whether any is half full. */
static struct ring *
earliest(const struct handover *h, unsigned to, const struct packet **packet, bool *crowded)
{
	struct ring *best = NULL;
	size_t len;

	for (unsigned from = 0; from < h->workers; from++) {
		struct ring *ring = h->pairs[from * h->workers + to].ring;
		const struct packet *front = ring_front(ring, &len);

		*crowded |= ring_used(ring) > ring_size(ring) / 2;
		if (front != NULL && (best == NULL || front->time < (*packet)->time)) {
			best = ring;
			*packet = front;
		}
	}
	return best;
}

size_t
handover_take(struct handover *h, unsigned to, size_t max, bool all, void (*take)(void *arg, const struct packet *), void *arg)
{
	usec_t until = common_progress(h);
	size_t taken = 0;

	for (; taken < max; taken++) {
		const struct packet *packet = NULL;
		bool crowded = false;
		struct ring *ring = earliest(h, to, &packet, &crowded);

		if (ring == NULL || (packet->time > until && !all && !crowded))
			break;
		take(arg, packet);
		ring_release(ring);
	}
	return taken;
}

bool
handover_waits(struct handover *h, unsigned to)
{
	for (unsigned from = 0; from < h->workers; from++)
		if (ring_used(h->pairs[from * h->workers + to].ring) > 0)
			return true;
	return false;
}

struct handover_counters
handover_counters(const struct handover *h, unsigned from)
{
	return (struct handover_counters){
		.given = atomic_load_explicit(&h->givers[from].given, memory_order_relaxed),
		.dropped = atomic_load_explicit(&h->givers[from].dropped, memory_order_relaxed),
	};
}
