/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/spread.h"

#include <stdlib.h>
#include <string.h>

struct reach {
	int64_t newest; /* number of the newest slot */
	usec_t last;
	struct distinct slots[SPREAD_SLOTS];
};

struct spread {
	struct map *keys;
	usec_t span, slot;
};

struct spread *
spread_new(size_t keys, usec_t span)
{
	struct spread *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->span = span;
	s->slot = span / SPREAD_SLOTS > 0 ? span / SPREAD_SLOTS : 1;
	s->keys = map_new(sizeof(struct identity), sizeof(struct reach), keys, NULL, NULL);
	if (s->keys == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

static int64_t
slot_of(const struct spread *s, usec_t now)
{
	return now > 0 ? now / s->slot : 0;
}

/* Empties the slots that time has passed over. Time that steps back adds to the newest slot. */
static void
advance(struct reach *r, int64_t slot)
{
	int64_t passed = slot - r->newest;

	if (passed <= 0)
		return;
	if (passed >= SPREAD_SLOTS)
		memset(r->slots, 0, sizeof(r->slots));
	else
		for (int64_t i = r->newest + 1; i <= slot; i++)
			memset(&r->slots[i % SPREAD_SLOTS], 0, sizeof(r->slots[0]));
	r->newest = slot;
}

/* Of the slots that are not older than the span at `slot`. */
static uint64_t
count(const struct reach *r, int64_t slot)
{
	struct distinct all = { 0 };

	if (slot < r->newest)
		slot = r->newest;
	for (int64_t i = slot - SPREAD_SLOTS + 1; i <= r->newest; i++)
		if (i >= 0)
			distinct_merge(&all, &r->slots[i % SPREAD_SLOTS]);
	return distinct_count(&all);
}

uint64_t
spread_add(struct spread *s, struct identity key, usec_t now, struct identity what, bool *grew)
{
	int64_t slot = slot_of(s, now);
	uint64_t before = 0, after;
	bool made;
	struct reach *r = map_put(s->keys, &key, 0, 0, &made);

	if (r == NULL)
		return 0;
	if (made)
		r->newest = slot;
	map_touch(s->keys, r, 0);
	advance(r, slot);
	if (now > r->last)
		r->last = now;
	if (grew != NULL)
		before = count(r, r->newest);
	(void)distinct_add(&r->slots[r->newest % SPREAD_SLOTS], what);
	after = count(r, r->newest);
	if (grew != NULL)
		*grew = after > before;
	return after;
}

uint64_t
spread_count(const struct spread *s, struct identity key, usec_t now)
{
	const struct reach *r = map_find(s->keys, &key);

	return r == NULL ? 0 : count(r, slot_of(s, now));
}

void
spread_expire(struct spread *s, usec_t now)
{
	struct reach *r;

	while ((r = map_oldest(s->keys, 0)) != NULL && now - r->last > s->span + s->slot)
		map_remove(s->keys, r);
}

usec_t
spread_span(const struct spread *s)
{
	return s->span;
}

size_t
spread_len(const struct spread *s)
{
	return map_len(s->keys);
}

uint64_t
spread_evicted(const struct spread *s)
{
	return map_evicted(s->keys);
}

size_t
spread_memory(const struct spread *s)
{
	return map_memory(s->keys);
}

size_t
spread_entry_size(void)
{
	return sizeof(struct identity) + sizeof(struct reach) + 48;
}

static bool
is_reach(const void *value)
{
	const struct reach *r = value;
	bool sound = r->newest >= 0 && r->newest < INT64_MAX / 2 && r->last >= 0;

	for (int i = 0; i < SPREAD_SLOTS; i++)
		sound = sound && distinct_is_sound(&r->slots[i]);
	return sound;
}

void
spread_save(const struct spread *s, struct state_out *out)
{
	state_put_u64(out, (uint64_t)s->span);
	state_put_map(out, s->keys, sizeof(struct identity), sizeof(struct reach));
}

bool
spread_load(struct spread *s, struct state_in *in)
{
	return state_get_u64(in) == (uint64_t)s->span &&
	       state_get_map(in, s->keys, sizeof(struct identity), sizeof(struct reach), is_reach);
}

void
spread_free(struct spread *s)
{
	if (s == NULL)
		return;
	map_free(s->keys);
	free(s);
}
