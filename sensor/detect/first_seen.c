/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/first_seen.h"

#include <stdlib.h>

struct first_seen {
	struct map *things;
	usec_t forget, since;
};

struct first_seen *
first_seen_new(size_t things, usec_t forget)
{
	struct first_seen *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->forget = forget;
	f->since = USEC_MAX;
	f->things = map_new(sizeof(struct identity), sizeof(struct seen), things, NULL, NULL);
	if (f->things == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

static bool
is_stale(const struct first_seen *f, const struct seen *s, usec_t now)
{
	return now - s->last > f->forget;
}

struct seen
first_seen_note(struct first_seen *f, struct identity what, usec_t now)
{
	struct seen *s = map_put(f->things, &what, 0, 0, NULL), before = { 0 };

	if (now < f->since)
		f->since = now;
	if (s == NULL)
		return before;
	map_touch(f->things, s, 0);
	if (s->times > 0 && is_stale(f, s, now))
		*s = (struct seen){ 0 };
	before = *s;
	if (s->times == 0)
		s->first = now;
	if (now > s->last)
		s->last = now;
	s->times++;
	return before;
}

struct seen *
first_seen_find(const struct first_seen *f, struct identity what, usec_t now)
{
	struct seen *s = map_find(f->things, &what);

	return s == NULL || is_stale(f, s, now) ? NULL : s;
}

void
first_seen_expire(struct first_seen *f, usec_t now)
{
	struct seen *s;

	while ((s = map_oldest(f->things, 0)) != NULL && is_stale(f, s, now))
		map_remove(f->things, s);
}

usec_t
first_seen_since(const struct first_seen *f)
{
	return f->since;
}

size_t
first_seen_len(const struct first_seen *f)
{
	return map_len(f->things);
}

uint64_t
first_seen_evicted(const struct first_seen *f)
{
	return map_evicted(f->things);
}

size_t
first_seen_memory(const struct first_seen *f)
{
	return map_memory(f->things);
}

size_t
first_seen_entry_size(void)
{
	return sizeof(struct identity) + sizeof(struct seen) + 48;
}

void
first_seen_save(const struct first_seen *f, struct state_out *out)
{
	state_put_u64(out, (uint64_t)f->since);
	state_put_map(out, f->things, sizeof(struct identity), sizeof(struct seen));
}

static bool
is_seen(const void *value)
{
	const struct seen *s = value;

	return s->first >= 0 && s->last >= 0 && s->mark <= INT64_MAX;
}

bool
first_seen_load(struct first_seen *f, struct state_in *in)
{
	uint64_t since = state_get_u64(in);

	if (!state_get_map(in, f->things, sizeof(struct identity), sizeof(struct seen), is_seen))
		return false;
	if (since < (uint64_t)f->since)
		f->since = (usec_t)since;
	return true;
}

void
first_seen_free(struct first_seen *f)
{
	if (f == NULL)
		return;
	map_free(f->things);
	free(f);
}
