/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

struct sums {
	int64_t newest;    /* number of the newest slot */
	usec_t last;
	uint64_t slots[WINDOW_SLOTS][WINDOW_SUMS];
};

struct window {
	struct map *keys;
	usec_t span, slot;
};

struct window *
window_new(size_t keys, usec_t span)
{
	struct window *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->span = span;
	w->slot = span / WINDOW_SLOTS > 0 ? span / WINDOW_SLOTS : 1;
	w->keys = map_new(sizeof(struct identity), sizeof(struct sums), keys, NULL, NULL);
	if (w->keys == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

/* Empties the slots that time has passed over. Time that steps back adds to the newest slot. */
static void
advance(struct sums *s, int64_t slot)
{
	int64_t passed = slot - s->newest;

	if (passed <= 0)
		return;
	if (passed >= WINDOW_SLOTS)
		memset(s->slots, 0, sizeof(s->slots));
	else
		for (int64_t i = s->newest + 1; i <= slot; i++)
			memset(s->slots[i % WINDOW_SLOTS], 0, sizeof(s->slots[0]));
	s->newest = slot;
}

static int64_t
slot_of(const struct window *w, usec_t now)
{
	return now > 0 ? now / w->slot : 0;
}

/* Of the slots that are not older than the span at `slot`. */
static void
add_up(const struct sums *s, int64_t slot, uint64_t sums[WINDOW_SUMS])
{
	if (slot < s->newest)
		slot = s->newest;
	memset(sums, 0, WINDOW_SUMS * sizeof(*sums));
	for (int64_t i = slot - WINDOW_SLOTS + 1; i <= s->newest; i++)
		for (int k = 0; i >= 0 && k < WINDOW_SUMS; k++)
			sums[k] += s->slots[i % WINDOW_SLOTS][k];
}

bool
window_add(struct window *w, struct identity key, usec_t now, const uint64_t more[WINDOW_SUMS],
    uint64_t sums[WINDOW_SUMS])
{
	int64_t slot = slot_of(w, now);
	bool made;
	struct sums *s = map_put(w->keys, &key, 0, 0, &made);

	if (s == NULL)
		return false;
	if (made)
		s->newest = slot;
	map_touch(w->keys, s, 0);
	advance(s, slot);
	if (now > s->last)
		s->last = now;
	for (int k = 0; k < WINDOW_SUMS; k++) {
		uint64_t *here = &s->slots[s->newest % WINDOW_SLOTS][k];

		*here = more[k] > UINT64_MAX / 32 - *here ? UINT64_MAX / 32 : *here + more[k];
	}
	add_up(s, s->newest, sums);
	return true;
}

void
window_sums(const struct window *w, struct identity key, usec_t now, uint64_t sums[WINDOW_SUMS])
{
	const struct sums *s = map_find(w->keys, &key);

	memset(sums, 0, WINDOW_SUMS * sizeof(*sums));
	if (s != NULL)
		add_up(s, slot_of(w, now), sums);
}

void
window_expire(struct window *w, usec_t now)
{
	struct sums *s;

	while ((s = map_oldest(w->keys, 0)) != NULL && now - s->last > w->span + w->slot)
		map_remove(w->keys, s);
}

size_t
window_len(const struct window *w)
{
	return map_len(w->keys);
}

uint64_t
window_evicted(const struct window *w)
{
	return map_evicted(w->keys);
}

usec_t
window_span(const struct window *w)
{
	return w->span;
}

size_t
window_memory(const struct window *w)
{
	return map_memory(w->keys);
}

size_t
window_entry_size(void)
{
	return sizeof(struct identity) + sizeof(struct sums) + 48;
}

void
window_save(const struct window *w, struct state_out *out)
{
	state_put_u64(out, (uint64_t)w->span);
	state_put_map(out, w->keys, sizeof(struct identity), sizeof(struct sums));
}

static bool
is_sums(const void *value)
{
	const struct sums *s = value;

	return s->newest >= 0 && s->newest < INT64_MAX / 2 && s->last >= 0;
}

bool
window_load(struct window *w, struct state_in *in)
{
	return state_get_u64(in) == (uint64_t)w->span &&
	       state_get_map(in, w->keys, sizeof(struct identity), sizeof(struct sums), is_sums);
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	map_free(w->keys);
	free(w);
}
