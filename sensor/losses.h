/* SPDX-License-Identifier: Apache-2.0
 *
 * losses: what the sensor took in and what it missed, from its counters, as an observation now and then: so that a
 * detector can say when too much is missing.
 */
#ifndef LOSSES_H
#define LOSSES_H

#include "counters.h"
#include "observe/observation.h"

/* Packet time from one observation to the next. */
#define LOSSES_EVERY (10 * USEC_PER_SEC)

struct losses {
	struct totals before;
	usec_t since; /* 0: nothing was seen yet */
};

/* Tells the observer what came and what was missed since the last time; nothing when packet time has not moved on by
 * LOSSES_EVERY, unless `last`. */
void losses_observe(struct losses *, const struct totals *, bool last, observer *, void *arg);

#endif
