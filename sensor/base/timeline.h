/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline: packet time as it is believed. It never steps back by itself, and one frame that claims another year moves
 * it nowhere: it leaps only when several in a row agree. So a damaged frame neither ends every connection nor stops
 * whatever waits for time to pass, and a clock that was set right again takes the sensor along.
 */
#ifndef BASE_TIMELINE_H
#define BASE_TIMELINE_H

#include <stdbool.h>

#include "base/clock.h"

/* Farther from now than this is a leap; */
#define TIMELINE_FAR (3600 * USEC_PER_SEC)

/* that needs so many in a row to be believed, ahead and back. Back is what two clocks, or two files, can look like. */
#define TIMELINE_AHEAD 4
#define TIMELINE_BACK 1000

/* All zero: nothing has come yet. */
struct timeline {
	usec_t now;       /* as believed; 0: nothing has come yet */
	usec_t claimed;   /* the latest time of a leap not believed yet, */
	unsigned agreed;  /* and how many in a row were near it */
	uint64_t restarts; /* leaps back that were believed */
};

/* Not near enough to be believed at once; true when time went back. */
bool timeline_leap(struct timeline *, usec_t time);

/* Something came that says it is `time`. True when time has gone back: what was noted before may lie in a future that
 * will not come. */
static inline bool
timeline_pass(struct timeline *t, usec_t time)
{
	uint64_t ahead = (uint64_t)time - (uint64_t)t->now;

	if (ahead + TIMELINE_FAR > 2 * (uint64_t)TIMELINE_FAR)
		return timeline_leap(t, time);
	if (time > t->now)
		t->now = time;
	t->agreed = 0;
	return false;
}

/* A clock to be believed says that it is `time`; the same answer. */
bool timeline_set(struct timeline *, usec_t time);

#endif
