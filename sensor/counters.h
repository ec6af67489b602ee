/* SPDX-License-Identifier: Apache-2.0
 *
 * counters: every counter of the daemon as a list of names and values: for mailtap.stats, SIGUSR1 and mailtapctl.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "delivery.h"
#include "worker.h"

#define COUNTERS_MAX 128
#define COUNTER_NAME_MAX 64

struct counters {
	struct ecs_counter at[COUNTERS_MAX];
	char names[COUNTERS_MAX][COUNTER_NAME_MAX];
	size_t len;
};

/* Fills the list. worker may be NULL: files are read; then the sinks' counters are left out too, because how far they
 * are at any moment is not the capture's doing, and every run shall give the same output. */
void counters_read(struct counters *, const struct pipeline *, struct worker *, size_t interfaces,
    const struct delivery *);

#endif
