/* SPDX-License-Identifier: Apache-2.0
 *
 * crowd: many connections at once, in the order of their frames' times (a binary heap).
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "bench/connection.h"

struct crowd {
	struct connection **at; /* the earliest first */
	size_t len, room;
};

void crowd_add(struct crowd *, struct connection *);

/* Writes the earliest frame. True when that was the last of its connection, which is then gone. The crowd is not
 * empty; *time becomes the frame's. */
bool crowd_step(struct crowd *, struct frames *, uint64_t *time);

#endif
