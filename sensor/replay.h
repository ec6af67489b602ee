/* SPDX-License-Identifier: Apache-2.0
 *
 * replay: capture files into a pipeline, in the order given, as fast as it goes; the sinks get their turn in between,
 * and are waited for when they are crowded: nothing is lost, and every run gives the same output.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "capture/source.h"
#include "delivery.h"
#include "losses.h"
#include "pipeline.h"

struct event_base;

struct replay {
	const char *const *files;
	size_t count;
	struct capture_settings capture;
	int batch;
	usec_t patience;      /* wall time a crowded sink is waited for without any progress */
	struct event_base *base;
	struct pipeline *pipeline;
	struct delivery *delivery;
	struct losses *losses;
	const volatile bool *stop; /* set by a signal: stop after this batch */
};

/* The exit status: 0, 2 (a file cannot be opened: said; the others are read all the same), 3 (damaged: said). */
int replay_run(const struct replay *);

/* Runs the event base until all sinks are drained, or `patience` has passed without progress. False in that case. */
bool replay_drain(struct event_base *, const struct delivery *, usec_t patience);

#endif
