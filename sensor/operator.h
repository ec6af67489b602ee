/* SPDX-License-Identifier: Apache-2.0
 *
 * operator: what stands in the operator's hands while the daemon runs: signals, reload, counters, the control socket's
 * answers, the orderly stop.
 */
#ifndef OPERATOR_H
#define OPERATOR_H

#include <signal.h>

#include "command_line.h"
#include "counters.h"
#include "daemon/control.h"
#include "losses.h"
#include "own_traffic.h"
#include "snapshot.h"

#define OPERATOR_SIGNALS 4

/* Everything the running daemon owns. Filled by main.c in the order of the start. */
struct operator {
	const struct command_line *line;
	char *config;                     /* absolute path of the configuration, or NULL; owned */
	struct settings *boot;            /* of the start: what a reload cannot change is read here, until the end */
	struct settings *settings;        /* the latest; may be boot */
	struct message_limits message_limits; /* boot's, with the header names that the latest rules ask for */
	const char *const *interfaces;
	size_t interface_count;
	struct event_base *base;
	struct delivery *delivery;
	struct pipeline *pipeline;        /* files: what reads them */
	struct workers *workers;          /* live */
	struct losses losses;
	struct snapshot state;
	struct own_traffic own;           /* resolved at the start */
	struct control *control;
	struct event *signals[OPERATOR_SIGNALS];
	struct event *second, *stats, *watchdog, *snapshot;
	char *port_filter;                /* made from capture.ports; owned */
	usec_t started;                   /* wall time */
	uint64_t reloads, reload_failures;
	volatile bool stop;
};

/* Opens all interfaces; false with a line in error (256 octets). The pipelines' settings are shared out among the workers. */
bool operator_open_capture(struct operator *, const struct pipeline_settings *, char *error, size_t error_room);

/* What was learnt before, signals and timers from now on. False (said) when memory is short. */
bool operator_listen(struct operator *);

/* Logs the allowances that are past by now. */
void operator_mind_expired(const struct settings *);

/* A control_handler: arg is the operator. */
char *operator_answer(void *arg, const char *command, char *error, size_t error_room);

/* After all connections have ended: the last look at losses, the last tick, the last snapshot and mailtap.stats. */
void operator_close_books(struct operator *);

/* The counters as a mailtap.stats document. */
void operator_stats(struct operator *);

/* Documents that were to go out and did not. */
uint64_t operator_undelivered(const struct operator *);

/* Capture, then flows, then sinks, within daemon.stop_deadline. False when something could not be delivered. */
bool operator_stop(struct operator *);

/* Frees all that was made, in reverse order. */
void operator_clear(struct operator *);

#endif
