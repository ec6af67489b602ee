/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/fragments.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/timeline.h"

#define DATAGRAM_MAX 65535
#define UNIT 8
#define UNITS ((DATAGRAM_MAX + UNIT) / UNIT)
#define WORDS ((UNITS + 63) / 64)

/* Parts of a datagram that was dropped are swallowed for as long as one may wait. */
enum { RANK_DROPPED, RANK_WAITING };

struct key {
	struct address source, destination;
	uint32_t id;
	uint16_t vlan;
	uint8_t protocol; /* of IPv4; in IPv6 the number alone tells datagrams apart */
	uint8_t version;
};

struct datagram {
	usec_t first;
	uint8_t *octets;    /* NULL once dropped */
	uint64_t *have;     /* a bit per unit that is there; then a bit per unit that a part begins with */
	uint32_t room;      /* of octets */
	uint32_t end;       /* 0: the last part has not come */
	uint32_t farthest;  /* one past the last octet that is there */
	uint32_t got;       /* octets that are there */
	uint8_t protocol;
};

struct fragments {
	const struct fragment_limits *limits;
	struct map *map;
	size_t memory;
	struct timeline time;
	uint8_t *whole;     /* handed out last */
	struct fragment_counters counters;
};

static size_t
bitmap_octets(void)
{
	return 2 * WORDS * sizeof(uint64_t);
}

static void
drop_octets(struct fragments *f, struct datagram *d)
{
	if (d->have == NULL)
		return;
	f->memory -= d->room + bitmap_octets();
	memory_give_back(d->octets);
	memory_give_back(d->have);
	d->octets = NULL;
	d->have = NULL;
	d->room = 0;
}

static void
farewell(void *arg, const void *key, void *value)
{
	(void)key;
	drop_octets(arg, value);
}

struct fragments *
fragments_new(const struct fragment_limits *limits)
{
	struct fragments *f = memory_take_zeroed(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->limits = limits;
	f->map = map_new(sizeof(struct key), sizeof(struct datagram), limits->max > 0 ? limits->max : 1, farewell, f);
	if (f->map == NULL) {
		memory_give_back(f);
		return NULL;
	}
	return f;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	map_free(f->map);
	memory_give_back(f->whole);
	memory_give_back(f);
}

static struct key
key_of(const struct fragment *part)
{
	struct key k;

	memset(&k, 0, sizeof(k));
	k.source = part->source;
	k.destination = part->destination;
	k.id = part->id;
	k.vlan = part->vlan;
	k.protocol = part->version == 4 ? part->protocol : 0;
	k.version = part->version;
	return k;
}

/* Too old, or from a future that did not come. */
static bool
is_stale(const struct fragments *f, const struct datagram *d)
{
	usec_t age = f->time.now - d->first;

	return age > f->limits->timeout || -age > TIMELINE_FAR;
}

static void
expire(struct fragments *f, usec_t now)
{
	(void)timeline_pass(&f->time, now);
	for (unsigned rank = RANK_DROPPED; rank <= RANK_WAITING; rank++)
		for (struct datagram *d; (d = map_oldest(f->map, rank)) != NULL && is_stale(f, d);) {
			f->counters.timed_out += rank == RANK_WAITING;
			map_remove(f->map, d);
		}
}

/* Makes room for `more` octets by giving up the oldest other datagrams. */
static bool
make_room(struct fragments *f, const struct datagram *keep, size_t more)
{
	while (f->memory + more > f->limits->memory) {
		struct datagram *oldest = map_oldest(f->map, RANK_WAITING);

		if (oldest == keep)
			oldest = map_newer(f->map, oldest);
		if (oldest == NULL)
			return false;
		map_remove(f->map, oldest);
		f->counters.gave_way++;
	}
	return true;
}

static bool
reserve(struct fragments *f, struct datagram *d, uint32_t end)
{
	size_t bits = d->have == NULL ? bitmap_octets() : 0;
	uint32_t room = d->room;
	uint8_t *octets;

	if (end <= d->room && bits == 0)
		return true;
	while (room < end)
		room = room == 0 ? 2048 : room * 2;
	if (!make_room(f, d, room - d->room + bits))
		return false;
	if (bits > 0) {
		d->have = memory_take_zeroed(1, bits);
		if (d->have == NULL)
			return false;
		f->memory += bits;
	}
	octets = memory_resize(d->octets, room);
	if (octets == NULL)
		return false;
	f->memory += room - d->room;
	d->octets = octets;
	d->room = room;
	return true;
}

static bool
has_unit(const struct datagram *d, uint32_t unit)
{
	return d->have != NULL && (d->have[unit / 64] >> unit % 64 & 1) != 0;
}

static bool
begins_with(const struct datagram *d, uint32_t unit)
{
	return unit < UNITS && (d->have[WORDS + unit / 64] >> unit % 64 & 1) != 0;
}

enum overlap { OVERLAP_NONE, OVERLAP_COPY, OVERLAP_OTHER };

/* How the part lies to what is there: apart from it, the same again, or neither. */
static enum overlap
overlap_of(const struct datagram *d, const struct fragment *part)
{
	uint32_t first = part->offset / UNIT, end = (uint32_t)((part->offset + part->data.len + UNIT - 1) / UNIT);
	uint32_t there = 0, begin = 0;

	for (uint32_t unit = first; unit < end; unit++)
		there += has_unit(d, unit);
	if (there == 0)
		return OVERLAP_NONE;
	if (there != end - first || part->offset + part->data.len > d->farthest)
		return OVERLAP_OTHER;
	/* The very same part, not a piece of it, nor two of them in one. */
	for (uint32_t unit = first; unit < end; unit++)
		begin += begins_with(d, unit);
	if (begin != 1 || !begins_with(d, first) || (end < UNITS && has_unit(d, end) && !begins_with(d, end)) ||
	    memcmp(d->octets + part->offset, part->data.at, part->data.len) != 0)
		return OVERLAP_OTHER;
	return OVERLAP_COPY;
}

/* Whether what the part says of the end contradicts what is known. */
static bool
contradicts_end(const struct datagram *d, const struct fragment *part)
{
	uint32_t end = part->offset + (uint32_t)part->data.len;

	if (part->more)
		return d->end != 0 && end > d->end;
	return (d->end != 0 && end != d->end) || end < d->farthest;
}

static void
put(struct datagram *d, const struct fragment *part)
{
	uint32_t end = part->offset + (uint32_t)part->data.len;

	memcpy(d->octets + part->offset, part->data.at, part->data.len);
	for (uint32_t unit = part->offset / UNIT; unit < (end + UNIT - 1) / UNIT; unit++)
		d->have[unit / 64] |= UINT64_C(1) << unit % 64;
	d->have[WORDS + part->offset / UNIT / 64] |= UINT64_C(1) << part->offset / UNIT % 64;
	d->got += (uint32_t)part->data.len;
	if (end > d->farthest)
		d->farthest = end;
	if (!part->more)
		d->end = end;
	if (part->offset == 0)
		d->protocol = part->protocol;
}

/* The octets leave the datagram, which is over. */
static struct bytes
hand_out(struct fragments *f, struct datagram *d, uint8_t *protocol)
{
	struct bytes whole = bytes_of(d->octets, d->end);

	*protocol = d->protocol;
	memory_give_back(f->whole); /* only now: the part may have come out of it */
	f->whole = d->octets;
	f->memory -= d->room;
	d->octets = NULL;
	d->room = 0;
	f->counters.datagrams++;
	map_remove(f->map, d);
	return whole;
}

enum fragment_result
fragments_take(struct fragments *f, const struct fragment *part, struct bytes *whole, uint8_t *protocol)
{
	struct key key = key_of(part);
	struct datagram *d;
	bool made;

	f->counters.parts++;
	expire(f, part->time);
	if (part->cut > 0) {
		f->counters.cut++;
		return FRAGMENT_WAITS;
	}
	if (part->data.len == 0 || part->offset + part->data.len > DATAGRAM_MAX || (part->more && part->data.len % UNIT != 0)) {
		f->counters.bad++;
		return FRAGMENT_WAITS;
	}
	d = map_put(f->map, &key, RANK_WAITING, RANK_WAITING, &made);
	if (d == NULL)
		return FRAGMENT_WAITS;
	if (made)
		d->first = f->time.now;
	if (map_rank(d) == RANK_DROPPED)
		return FRAGMENT_WAITS;
	switch (overlap_of(d, part)) {
	case OVERLAP_COPY:
		return FRAGMENT_WAITS;
	case OVERLAP_NONE:
		if (!contradicts_end(d, part))
			break;
		/* fall through */
	case OVERLAP_OTHER:
		f->counters.overlaps++;
		drop_octets(f, d);
		map_touch(f->map, d, RANK_DROPPED);
		return FRAGMENT_OVERLAPS;
	}
	if (!reserve(f, d, part->offset + (uint32_t)part->data.len)) {
		f->counters.gave_way++;
		map_remove(f->map, d);
		return FRAGMENT_WAITS;
	}
	put(d, part);
	if (d->end == 0 || d->got < d->end)
		return FRAGMENT_WAITS;
	*whole = hand_out(f, d, protocol);
	return FRAGMENT_COMPLETES;
}

struct fragment_counters
fragments_counters(const struct fragments *f)
{
	struct fragment_counters n = f->counters;

	n.gave_way += map_evicted(f->map);
	n.waiting = map_len(f->map);
	n.waiting_bytes = f->memory;
	return n;
}
