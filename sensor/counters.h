/* SPDX-License-Identifier: Apache-2.0
 *
 * counters: every counter of the daemon as a list of names and values: for mailtap.stats, SIGUSR1 and mailtapctl.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "delivery.h"
#include "workers.h"

#define COUNTERS_MAX 384
#define COUNTER_NAME_MAX 64

/* What the capture side has counted until `time`. */
struct totals {
	usec_t time; /* the latest packet time; 0: no packet yet */
	struct pipeline_counters pipeline;
	struct source_counters capture; /* of all interfaces */
	uint64_t interfaces_up, interfaces_lost;
	struct queue_counters queue;
	struct handover_counters handover;
	unsigned workers;               /* 0: files are read */
};

/* Of a live capture, or of the pipeline that reads files; the other is NULL. */
void totals_read(struct totals *, struct workers *, const struct pipeline *);

struct counters {
	struct ecs_counter at[COUNTERS_MAX];
	char names[COUNTERS_MAX][COUNTER_NAME_MAX];
	size_t len;
};

/* Fills the list. When files are read the sinks' counters are left out, because how far they are at any moment is not the
 * capture's doing, and every run shall give the same output. */
void counters_read(struct counters *, const struct totals *, const struct delivery *);

#endif
