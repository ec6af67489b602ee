/* SPDX-License-Identifier: Apache-2.0
 *
 * workers: live capture as the main thread sees it: opens the interfaces, one socket per worker in one fanout group each,
 * tries one that went away again until it is back, and hands the observations of all workers on in the order of their time.
 *
 *	interface --fanout--> worker 0 --queue--.
 *	         `----------> worker 1 --queue--+--> observer, on the main thread
 */
#ifndef WORKERS_H
#define WORKERS_H

#include "worker.h"

struct event_base;

struct workers_settings {
	unsigned count;              /* 1 to WORKERS_MAX */
	const char *const *interfaces;
	size_t interface_count;      /* at least 1 */
	struct capture_settings capture;
	struct pipeline_settings pipeline; /* for all together: flows and memory are shared out */
	int batch;                   /* frames taken per wake-up */
	usec_t retry_min, retry_max; /* wait before an interface is opened again: doubles from one to the other */
	size_t queue_size;           /* octets of observations under way, per worker */
	const uint16_t *processors;  /* worker i stays on the one at i, counted round; */
	size_t processor_count;      /* 0: on any */
};

#define WORKERS_MAX 64

struct workers_interface {
	const char *name;
	bool up;
	struct source_counters counters; /* of all workers, all times it was open together */
	uint64_t lost;                   /* times it went away */
};

struct workers_view {
	struct pipeline_counters pipeline; /* of all together */
	usec_t time;                       /* the latest packet time of any */
	struct queue_counters queue;
	struct handover_counters handover;
	unsigned count;
};

struct workers;

/* How many workers there will be: as configured, or for 0 one less than the processors this process may use, at least one. */
unsigned workers_wanted(unsigned configured);

/* Octets that packets under way between so many workers may take. */
size_t workers_handover(unsigned count);

/* Opens every interface. NULL with a line in error (256 octets) when one cannot be opened: at start that is final. settings
 * are copied, what they point to and base are borrowed. */
struct workers *workers_new(struct event_base *, const struct workers_settings *, observer *, void *arg, char *error,
    size_t error_room);

/* Begins to read: nothing from the wire is touched before. False with a line in error. */
bool workers_start(struct workers *, char *error, size_t error_room);

/* Reads no more, ends every connection and hands on all that was observed; what the kernel still held is read first, up to
 * `frames` frames each. `rest` is called between, so that what was handed on can move on; patience: the longest time without
 * any progress. */
void workers_stop(struct workers *, int frames, usec_t patience, void (*rest)(void *arg), void *arg);

/* Other header names are handed on from now on; the old ones may be freed after it. */
void workers_adopt(struct workers *, const struct message_limits *);

size_t workers_interfaces(const struct workers *);

/* Counters of interface i, below that. */
struct workers_interface workers_interface(struct workers *, size_t i);
void workers_look(struct workers *, struct workers_view *);

void workers_free(struct workers *); /* NULL is fine */

#endif
