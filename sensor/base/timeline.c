/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timeline.h"

static uint64_t
distance(usec_t a, usec_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static bool
believe(struct timeline *t, usec_t time)
{
	bool back = time < t->now;

	t->now = time;
	t->agreed = 0;
	t->restarts += back;
	return back;
}

bool
timeline_leap(struct timeline *t, usec_t time)
{
	if (t->now == 0) {
		t->now = time;
		return false;
	}
	if (t->agreed == 0 || distance(time, t->claimed) > TIMELINE_FAR || (time > t->now) != (t->claimed > t->now)) {
		t->claimed = time;
		t->agreed = 1;
		return false;
	}
	if (time > t->claimed)
		t->claimed = time;
	if (++t->agreed < (time > t->now ? TIMELINE_AHEAD : TIMELINE_BACK))
		return false;
	return believe(t, t->claimed);
}

bool
timeline_set(struct timeline *t, usec_t time)
{
	if (t->now > time && distance(t->now, time) > TIMELINE_FAR)
		return believe(t, time);
	if (time > t->now)
		t->now = time;
	t->agreed = 0;
	return false;
}
