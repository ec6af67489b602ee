/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery: what was observed goes to the judge; what was observed and what was found goes, as documents, to the sinks.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "detect/judge.h"
#include "publish/ecs.h"
#include "settings/settings.h"

struct delivery_counters {
	uint64_t events;       /* documents made of observations */
	uint64_t alerts;       /* documents made of alerts */
	uint64_t unmade;       /* documents that could not be made: memory was short */
	uint64_t refused;      /* documents that a sink had no room for */
	struct alert_book_counters book;
};

#define DELIVERY_SINKS 8

struct delivery_sink {
	const struct sink *row;
	struct sink_counters counters;
};

struct delivery;

/* NULL with a line in error when a sink can never work as configured. settings and base are borrowed. `print`: of enum
 * publish_what, for standard output. */
struct delivery *delivery_new(const struct settings *, struct event_base *base, unsigned print, char *error,
    size_t error_room);

/* An observer: arg is the delivery. */
void delivery_observe(void *delivery, const struct observation *);

/* Packet time passes without observations. */
void delivery_tick(struct delivery *, usec_t now);

/* Nothing more will be observed: alerts that were held back are summed up. */
void delivery_finish(struct delivery *);

/* Counters as a mailtap.stats document, to whoever wants events. */
void delivery_stats(struct delivery *, usec_t now, const struct ecs_counter *, size_t count);

/* From now on these settings; files are opened anew. The old settings may be freed after it. */
void delivery_reload(struct delivery *, const struct settings *);

/* Half of a sink's room is used: a reader of files had better wait. */
bool delivery_crowded(const struct delivery *);

/* Nothing waits in any sink. */
bool delivery_drained(const struct delivery *);

/* What the detectors have learnt, into the file; false with a line in error (STATE_ERROR_MAX octets). */
bool delivery_save_state(const struct delivery *, const char *path, char *error);

/* And back, before the first observation. *refused: tables that were not taken over. */
enum state_file delivery_load_state(struct delivery *, const char *path, unsigned *refused, char *error);

/* All mail servers that are known. */
void delivery_services(const struct delivery *, service_listener *, void *arg);

struct delivery_counters delivery_counters(const struct delivery *);

/* What the detectors count themselves. */
void delivery_count(const struct delivery *, judge_counter *say, void *arg);

/* The sinks in use, into out; returns how many. */
size_t delivery_sinks(const struct delivery *, struct delivery_sink out[DELIVERY_SINKS]);

void delivery_free(struct delivery *); /* NULL is fine */

#endif
