/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/number_set.h"

#include <string.h>

#include "base/memory.h"

#define ROOM_FIRST 4

void
number_set_clear(struct number_set *s)
{
	memory_give_back(s->at);
	*s = (struct number_set){ 0 };
}

/* The first range that ends at the number or behind it. Mostly the last one is meant. */
static uint32_t
find(const struct number_set *s, uint32_t number)
{
	uint32_t low = 0, high = s->len;

	if (s->len > 0 && s->at[s->len - 1].last < number)
		return s->len;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->at[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct number_set *s, uint32_t ceiling)
{
	uint32_t room = s->room == 0 ? ROOM_FIRST : s->room * 2;
	struct number_range *more;

	if (s->len < s->room)
		return true;
	if (s->len >= ceiling)
		return false;
	if (room > ceiling)
		room = ceiling;
	more = memory_resize_array(s->at, room, sizeof(*more));
	if (more == NULL)
		return false;
	s->at = more;
	s->room = room;
	return true;
}

static void
join_next(struct number_set *s, uint32_t i)
{
	if (i + 1 >= s->len || s->at[i].last + 1 != s->at[i + 1].first)
		return;
	s->at[i].last = s->at[i + 1].last;
	memmove(&s->at[i + 1], &s->at[i + 2], (s->len - i - 2) * sizeof(*s->at));
	s->len--;
}

bool
number_set_add(struct number_set *s, uint32_t number, uint32_t ceiling)
{
	uint32_t i = find(s, number);

	if (i < s->len && s->at[i].first <= number)
		return false;
	s->count++;
	if (i > 0 && s->at[i - 1].last + 1 == number) {
		s->at[i - 1].last = number;
		join_next(s, i - 1);
	} else if (i < s->len && s->at[i].first - 1 == number) {
		s->at[i].first = number;
	} else if (make_room(s, ceiling)) {
		memmove(&s->at[i + 1], &s->at[i], (s->len - i) * sizeof(*s->at));
		s->at[i] = (struct number_range){ number, number };
		s->len++;
	} else {
		s->lost++;
	}
	return true;
}

bool
number_set_has(const struct number_set *s, uint32_t number)
{
	uint32_t i = find(s, number);

	return i < s->len && s->at[i].first <= number;
}

uint64_t
number_set_outside(const struct number_set *s, const struct number_set *other)
{
	uint64_t shared = 0;

	for (uint32_t i = 0, k = 0; i < s->len && k < other->len;) {
		uint32_t first = s->at[i].first > other->at[k].first ? s->at[i].first : other->at[k].first;
		uint32_t last = s->at[i].last < other->at[k].last ? s->at[i].last : other->at[k].last;

		if (first <= last)
			shared += (uint64_t)last - first + 1;
		if (s->at[i].last < other->at[k].last)
			i++;
		else
			k++;
	}
	return s->count - shared;
}
