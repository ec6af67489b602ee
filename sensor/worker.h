/* SPDX-License-Identifier: Apache-2.0
 *
 * worker: one thread of live capture: its own event base, sources and pipeline, and no state shared with the others. It is
 * told what to do by the main thread, which gives it sources, calls into it, and takes its observations from a queue.
 */
#ifndef WORKER_H
#define WORKER_H

#include "capture/source.h"
#include "handover.h"
#include "observe/queue.h"
#include "pipeline.h"

struct worker_settings {
	unsigned number;                  /* from 0 */
	struct pipeline_settings pipeline; /* this worker's share; its message limits are copied, see worker_adopt() */
	size_t interface_count;
	int batch;                        /* frames taken per wake-up, so that timers get their turn */
	usec_t block_timeout;             /* how long the kernel may sit on a frame */
	size_t queue_size;                /* octets of observations under way to the judge */
	int processor;                    /* the thread stays on it; -1: on any */
	struct bell *judge;               /* rung when observations wait, a source broke, or the worker has ended */
	struct handover *handover;        /* NULL: there is no other worker; may be set until worker_start() */
};

struct worker_view {
	struct pipeline_counters pipeline;
	usec_t time;                      /* packet time; 0: no packet yet */
	struct queue_counters queue;
};

struct worker;

/* NULL with a line in error. settings are copied, what they point to is borrowed. */
struct worker *worker_new(const struct worker_settings *, char *error, size_t error_room);

/* What others ring to wake it. */
struct bell *worker_bell(struct worker *);
void worker_set_handover(struct worker *, struct handover *); /* before worker_start() */

/* The thread begins. False with a line in error. */
bool worker_start(struct worker *, char *error, size_t error_room);

/* From here on: calls of the main thread that the worker carries out between two batches, while the caller waits. Before
 * the start and after the end they are carried out at once. */

/* Reads this source from now on; it belongs to the worker. False when it cannot be waited for: then it is closed. */
bool worker_give(struct worker *, size_t interface, struct source *);

/* Reads a batch of what the source of an interface holds, and takes what others had handed over. True when there is more. */
bool worker_read(struct worker *, size_t interface);

/* Closes the source of an interface, if there is one. *counters gets what it counted. */
void worker_take(struct worker *, size_t interface, struct source_counters *counters);

/* Other header names are handed on from now on. */
void worker_adopt(struct worker *, const struct message_limits *);

void worker_look(struct worker *, struct worker_view *);

/* Takes all that others have handed to it by now. */
void worker_settle(struct worker *);

/* Counters of the source of an interface, zero when there is none. */
struct source_counters worker_source(struct worker *, size_t interface);

/* Without waiting, from any thread: whether the source of an interface broke and waits to be taken; why, in `why`. */
bool worker_broke(struct worker *, size_t interface, char *why, size_t why_room);

/* Asks it to end: what comes until then is read up to `frames` frames each, every connection is ended, and its queue is
 * waited on as long as anybody takes from it within `patience`. */
void worker_end(struct worker *, int frames, usec_t patience);
bool worker_has_ended(const struct worker *);

/* Observations for the judge. */
struct queue *worker_queue(struct worker *);

/* Ends the thread, if there is one, and waits for it. NULL is fine. */
void worker_join(struct worker *);

/* Joins, then frees. NULL is fine. */
void worker_free(struct worker *);

#endif
