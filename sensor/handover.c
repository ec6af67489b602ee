/* SPDX-License-Identifier: Apache-2.0 */
#include "handover.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/ring.h"
#include "capture/fanout.h"

struct pair {
	struct ring *ring; /* NULL: a worker and itself */
	bool unrung;
};

struct giver {
	_Atomic uint64_t given, dropped;
};

struct handover {
	unsigned workers;
	struct pair *pairs; /* from * workers + to */
	struct giver *givers;
	struct bell *const *bells;
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
		if (i / workers == i % workers)
			continue;
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

size_t
handover_take(struct handover *h, unsigned to, size_t max, void (*take)(void *arg, const struct packet *), void *arg)
{
	size_t taken = 0, len;

	for (unsigned from = 0; from < h->workers; from++) {
		struct ring *ring = h->pairs[from * h->workers + to].ring;
		const struct packet *packet;

		while (ring != NULL && taken < max && (packet = ring_front(ring, &len)) != NULL) {
			take(arg, packet);
			ring_release(ring);
			taken++;
		}
	}
	return taken;
}

struct handover_counters
handover_counters(const struct handover *h, unsigned from)
{
	return (struct handover_counters){
		.given = atomic_load_explicit(&h->givers[from].given, memory_order_relaxed),
		.dropped = atomic_load_explicit(&h->givers[from].dropped, memory_order_relaxed),
	};
}
