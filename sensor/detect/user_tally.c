/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

/* What a key has had. Which of the union it is goes by the rule's count, which a reload may change: `exact` says what
 * stands there. */
struct entry {
	usec_t last, keep; /* the latest one; when nothing of it matters any more */
	usec_t quiet_until;
	usec_t window; /* what the rule's was */
	int64_t slot;  /* number of the newest slot */
	uint8_t exact;
	uint8_t len;
	union {
		usec_t times[TALLY_TIMES]; /* oldest first */
		uint64_t slots[TALLY_TIMES];
	};
};

_Static_assert(sizeof(struct entry) + sizeof(struct identity) + 48 <= USER_TALLY_KEY_OCTETS, "see map.h");

/* Farther back than this, time has not stepped but begun anew, or the key's latest time was not to be believed. */
#define BACK (3600 * USEC_PER_SEC)

struct user_tally {
	struct map *keys;
};

static bool
is_exact(const struct user_tally_terms *terms)
{
	return terms->count <= TALLY_TIMES;
}

struct user_tally *
user_tally_new(size_t keys)
{
	struct user_tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->keys = map_new(sizeof(struct identity), sizeof(struct entry), keys, NULL, NULL);
	if (t->keys == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static void
begin(struct entry *e, const struct user_tally_terms *terms)
{
	memset(e->slots, 0, sizeof(e->slots));
	e->window = terms->window;
	e->len = 0;
	e->slot = 0;
	e->exact = is_exact(terms);
}

static uint64_t
add_time(struct entry *e, usec_t now, usec_t window)
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < e->len; i++)
		if (now - e->times[i] < window)
			e->times[kept++] = e->times[i];
	if (kept == TALLY_TIMES) { /* the count was lowered */
		memmove(e->times, e->times + 1, sizeof(e->times) - sizeof(e->times[0]));
		kept--;
	}
	e->times[kept++] = now;
	e->len = kept;
	return kept;
}

static uint64_t
add_slot(struct entry *e, usec_t now, usec_t window)
{
	int64_t slot = now / (window / TALLY_TIMES), passed = slot - e->slot;
	uint64_t sum = 0;

	for (int64_t i = passed > TALLY_TIMES ? slot - TALLY_TIMES + 1 : e->slot + 1; i <= slot; i++)
		e->slots[i % TALLY_TIMES] = 0;
	e->slot = slot;
	e->slots[slot % TALLY_TIMES]++;
	for (int i = 0; i < TALLY_TIMES; i++)
		sum += e->slots[i];
	return sum;
}

enum tally_result
user_tally_add(
    struct user_tally *t, struct identity key, usec_t now, const struct user_tally_terms *terms, uint64_t *sum)
{
	struct entry *e = map_put(t->keys, &key, 0, 0, NULL);
	usec_t at = now > 0 ? now : 0;

	*sum = 1;
	if (e == NULL)
		return TALLY_DUE;
	map_touch(t->keys, e, 0);
	if (at < e->last - BACK) {
		begin(e, terms);
		e->quiet_until = 0;
	} else if (at < e->last) {
		at = e->last;
	}
	e->last = at;
	if (at < e->quiet_until)
		return TALLY_QUIET;
	if (e->exact != is_exact(terms) || e->window != terms->window)
		begin(e, terms);
	e->keep = at + terms->window;
	if (terms->count > 1)
		*sum = e->exact ? add_time(e, at, terms->window) : add_slot(e, at, terms->window);
	if (*sum < terms->count)
		return TALLY_COUNTED;
	begin(e, terms);
	e->quiet_until = terms->cooldown > USEC_MAX - at ? USEC_MAX : at + terms->cooldown;
	e->keep = e->quiet_until;
	return TALLY_DUE;
}

void
user_tally_expire(struct user_tally *t, usec_t now)
{
	struct entry *e;

	/* In order of their use; one that must stay hides those behind it until its own time. */
	while ((e = map_oldest(t->keys, 0)) != NULL && now > e->keep)
		map_remove(t->keys, e);
}

void
user_tally_save(const struct user_tally *t, struct state_out *out)
{
	state_put_map(out, t->keys, sizeof(struct identity), sizeof(struct entry));
}

static bool
is_entry(const void *value)
{
	const struct entry *e = value;

	return e->exact <= 1 && e->len <= TALLY_TIMES && e->last >= 0 && e->keep >= 0 && e->quiet_until >= 0 &&
	       e->window >= 0 && e->slot >= 0 && e->slot < INT64_MAX / 2;
}

bool
user_tally_load(struct user_tally *t, struct state_in *in)
{
	return state_get_map(in, t->keys, sizeof(struct identity), sizeof(struct entry), is_entry);
}

size_t
user_tally_len(const struct user_tally *t)
{
	return map_len(t->keys);
}

uint64_t
user_tally_evicted(const struct user_tally *t)
{
	return map_evicted(t->keys);
}

void
user_tally_free(struct user_tally *t)
{
	if (t == NULL)
		return;
	map_free(t->keys);
	free(t);
}
