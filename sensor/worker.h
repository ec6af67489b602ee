/* SPDX-License-Identifier: Apache-2.0
 *
 * worker: live capture: the interfaces' descriptors in an event base, frames into a pipeline in bounded batches, and an
 * interface that goes away tried again until it is back.
 */
#ifndef WORKER_H
#define WORKER_H

#include "capture/source.h"
#include "pipeline.h"

struct event_base;

struct worker_settings {
	const char *const *interfaces;
	size_t interface_count;      /* at least 1 */
	struct capture_settings capture;
	int batch;                   /* frames taken per wake-up, so that timers and signals get their turn */
	usec_t retry_min, retry_max; /* wait before an interface is opened again: doubles from one to the other */
};

struct worker_interface {
	const char *name;
	bool up;
	struct source_counters counters; /* all times it was open together */
	uint64_t lost;                   /* times it went away */
};

struct worker;

/* Opens every interface. NULL with a line in error (256 octets) when one cannot be opened: at start that is final.
 * settings are copied, what they point to, base and pipeline are borrowed. */
struct worker *worker_new(struct event_base *, const struct worker_settings *, struct pipeline *, char *error,
    size_t error_room);

/* Begins to read: nothing from the wire is touched before. */
void worker_start(struct worker *);

/* Reads no more and closes the interfaces; what the kernel still held is read first, up to `frames` frames each. */
void worker_stop(struct worker *, int frames);

/* Counters of interface i, below interface_count. */
struct worker_interface worker_interface(struct worker *, size_t i);

/* Whether at least one interface is up. */
bool worker_reads(const struct worker *);

void worker_free(struct worker *); /* NULL is fine */

#endif
