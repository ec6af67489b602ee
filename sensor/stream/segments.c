/* SPDX-License-Identifier: Apache-2.0
 *
 * A sorted array of pointers: found by bisection, and moved by one memmove per packet, which stays cheap because the
 * charge per piece bounds their number: a peer who sends single octets in the worst order gains nothing.
 */
#include "stream/segments.h"

#include <string.h>

#include "base/memory.h"

/* What the allocator and the array take for a piece besides its own size. */
#define BOOKKEEPING 32
#define ROOM_FIRST 8

static uint64_t
end_of(const struct piece *p)
{
	return p->at + p->len;
}

static struct piece *
piece_at(const struct segments *s, uint32_t i)
{
	return s->all[s->first + i];
}

/* The first piece that ends after `position`. */
static uint32_t
find(const struct segments *s, uint64_t position)
{
	uint32_t low = 0, high = s->count;

	/* New octets mostly come after all others. */
	if (high == 0 || end_of(piece_at(s, high - 1)) <= position)
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (end_of(piece_at(s, middle)) > position)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static size_t
charge_of(uint32_t len, bool hollow)
{
	return sizeof(struct piece) + BOOKKEEPING + (hollow ? 0 : len);
}

size_t
segments_charge(const struct piece *p)
{
	return charge_of(p->len, p->hollow);
}

static void
weigh_overlap(struct addition *a, const struct piece *p, const struct stretch *new, uint64_t from, uint64_t to)
{
	size_t len = (size_t)(to - from);

	a->again += (uint32_t)len;
	if (p->hollow || new->octets == NULL)
		return;
	a->conflict |= memcmp(p->octets + (from - p->at), new->octets + (from - new->at), len) != 0;
}

struct addition
segments_weigh(const struct segments *s, const struct stretch *new)
{
	struct addition a = { 0 };
	uint64_t at = new->at, end = new->at + new->len;

	for (uint32_t i = find(s, at); at < end; i++) {
		const struct piece *p = i < s->count ? piece_at(s, i) : NULL;
		uint64_t hole_end = p != NULL && p->at < end ? p->at : end;

		if (hole_end > at) {
			a.fresh += (uint32_t)(hole_end - at);
			a.charge += charge_of((uint32_t)(hole_end - at), new->octets == NULL);
			at = hole_end;
		}
		if (at < end) {
			uint64_t to = end_of(p) < end ? end_of(p) : end;

			weigh_overlap(&a, p, new, at, to);
			at = to;
		}
	}
	return a;
}

static bool
make_room(struct segments *s, uint32_t more)
{
	uint32_t room = s->room > 0 ? s->room : ROOM_FIRST;
	struct piece **all;

	if (s->first + s->count + more <= s->room)
		return true;
	if (s->first > 0) {
		memmove(s->all, s->all + s->first, s->count * sizeof(struct piece *));
		s->first = 0;
	}
	/* At least half of it stays free, so that the move above is rare. */
	while (room / 2 < s->count + more)
		room *= 2;
	if (room <= s->room)
		return true;
	all = memory_resize(s->all, room * sizeof(struct piece *));
	if (all == NULL)
		return s->count + more <= s->room;
	s->all = all;
	s->room = room;
	return true;
}

static struct piece *
piece_new(const struct stretch *new, uint64_t from, uint64_t to)
{
	uint32_t len = (uint32_t)(to - from);
	bool hollow = new->octets == NULL;
	struct piece *p = memory_take(sizeof(*p) + (hollow ? 0 : len));

	if (p == NULL)
		return NULL;
	*p = (struct piece){ .at = from,
		.requires = new->requires,
		.time = new->time,
		.arrival = new->arrival,
		.len = len,
		.hollow = hollow };
	if (!hollow)
		memcpy(p->octets, new->octets + (from - new->at), len);
	return p;
}

static void
free_chain(struct piece *chain)
{
	while (chain != NULL) {
		struct piece *next = chain->link;

		memory_give_back(chain);
		chain = next;
	}
}

/* Puts a chain of `more` new pieces (last position first) among the pieces low to high, between which they fall. */
static void
merge(struct segments *s, struct piece *chain, uint32_t more, uint32_t low, uint32_t high)
{
	struct piece **all = s->all + s->first;
	uint32_t old = high, write = high + more;

	memmove(all + high + more, all + high, (s->count - high) * sizeof(struct piece *));
	while (chain != NULL) {
		if (old > low && all[old - 1]->at > chain->at) {
			all[--write] = all[--old];
			continue;
		}
		all[--write] = chain;
		chain = chain->link;
	}
	s->count += more;
}

bool
segments_add(struct segments *s, const struct stretch *new)
{
	uint64_t at = new->at, end = new->at + new->len;
	uint32_t low = find(s, at), i = low, more = 0;
	struct piece *chain = NULL;

	while (at < end) {
		const struct piece *p = i < s->count ? piece_at(s, i) : NULL;
		uint64_t hole_end = p != NULL && p->at < end ? p->at : end;

		if (hole_end > at) {
			struct piece *fresh = piece_new(new, at, hole_end);

			if (fresh == NULL) {
				free_chain(chain);
				return false;
			}
			fresh->link = chain;
			chain = fresh;
			more++;
		}
		if (hole_end == end)
			break;
		at = end_of(p);
		i++;
	}
	if (!make_room(s, more)) {
		free_chain(chain);
		return false;
	}
	merge(s, chain, more, low, i);
	return true;
}

struct piece *
segments_head(const struct segments *s)
{
	return s->count > 0 ? s->all[s->first] : NULL;
}

struct piece *
segments_pop(struct segments *s)
{
	struct piece *p = s->all[s->first++];

	if (--s->count == 0)
		segments_clear(s);
	return p;
}

uint64_t
segments_end(const struct segments *s)
{
	return s->count > 0 ? end_of(piece_at(s, s->count - 1)) : 0;
}

void
segments_clear(struct segments *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		memory_give_back(piece_at(s, i));
	memory_give_back(s->all);
	*s = (struct segments){ 0 };
}
