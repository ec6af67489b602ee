/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/user_tally.h"

/* More than any key with its value takes in a state, but for a window's. */
#define STATE_OCTETS_PER_KEY 1024

struct outlet {
	const struct sink *row;
	void *state;
};

struct delivery {
	const struct settings *settings;
	char *sensor_name;
	struct detector_context detect;
	struct ecs_context ecs;
	struct privacy *privacy;
	struct sink_context sinks;
	struct judge *judge;
	struct outlet outlets[DELIVERY_SINKS];
	size_t outlet_count;
	struct buffer line; /* the document being made */
	struct delivery_counters counters;
	bool wants_events;
};

static void
hand_out(struct delivery *d, const struct document *document)
{
	for (size_t i = 0; i < d->outlet_count; i++)
		if (d->outlets[i].row->take(d->outlets[i].state, document) == SINK_REFUSED)
			d->counters.refused++;
}

static void
on_alert(void *arg, const struct alert *alert)
{
	struct delivery *d = arg;
	struct document document;

	if (!ecs_alert(&d->ecs, alert, &d->line, &document)) {
		d->counters.unmade++;
		return;
	}
	d->counters.alerts++;
	hand_out(d, &document);
}

static void
on_service(void *arg, const struct service *service, uint64_t clients, unsigned change, usec_t time)
{
	struct delivery *d = arg;
	struct document document;

	if (!d->wants_events)
		return;
	/* It is made of an observation that has its own document already. */
	if (!ecs_service(&d->ecs, service, clients, change, time, &d->line, &document)) {
		d->counters.unmade++;
		return;
	}
	d->counters.events++;
	hand_out(d, &document);
}

void
delivery_observe(void *delivery, const struct observation *o)
{
	struct delivery *d = delivery;
	struct document document;

	/* The event first: an alert refers to events that a consumer can already have. */
	if (d->wants_events && ecs_dataset(o->kind) != NULL) {
		if (ecs_event(&d->ecs, o, &d->line, &document)) {
			d->counters.events++;
			hand_out(d, &document);
		} else {
			d->counters.unmade++;
		}
	}
	judge_observe(d->judge, o);
}

void
delivery_tick(struct delivery *d, usec_t now)
{
	judge_tick(d->judge, now);
}

void
delivery_finish(struct delivery *d)
{
	judge_finish(d->judge);
}

void
delivery_stats(struct delivery *d, usec_t now, const struct ecs_counter *counters, size_t count)
{
	struct document document;

	if (!d->wants_events)
		return;
	if (ecs_stats(&d->ecs, now, counters, count, &d->line, &document)) {
		d->counters.events++;
		hand_out(d, &document);
	} else {
		d->counters.unmade++;
	}
}

/* Points everything that borrows from the settings at these. */
static void
adopt(struct delivery *d, const struct settings *settings)
{
	d->settings = settings;
	d->detect = (struct detector_context){ .settings = &settings->detect, .site = &settings->site,
		.forward_rules = &settings->forward_rules };
	d->ecs.detect = &d->detect;
	d->sinks.settings = &settings->publish;
	d->wants_events = (d->sinks.print & PUBLISH_EVENTS) != 0 ||
	    (settings->publish.file.path[0] != '\0' && (settings->publish.file.what & PUBLISH_EVENTS) != 0) ||
	    (settings->publish.redis.enabled && settings->publish.redis.event_dataset_count > 0);
}

static bool
open_sinks(struct delivery *d, char *error, size_t error_room)
{
	for (size_t i = 0; d->outlet_count < DELIVERY_SINKS && sinks[i] != NULL; i++) {
		struct outlet *o = &d->outlets[d->outlet_count];

		if (!sinks[i]->enabled(&d->sinks))
			continue;
		o->row = sinks[i];
		o->state = sinks[i]->open(&d->sinks, error, error_room);
		if (o->state == NULL)
			return false;
		d->outlet_count++;
	}
	return true;
}

struct delivery *
delivery_new(const struct settings *settings, struct event_base *base, unsigned print, char *error, size_t error_room)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		snprintf(error, error_room, "not enough memory");
		return NULL;
	}
	/* The sensor's name is that of the start: a stream whose sensor changes its name half-way helps nobody. */
	d->sensor_name = strdup(settings->sensor_name);
	if (d->sensor_name == NULL) {
		snprintf(error, error_room, "not enough memory");
		free(d);
		return NULL;
	}
	d->ecs = (struct ecs_context){ .sensor_name = d->sensor_name, .version = MAILTAP_VERSION };
	d->sinks = (struct sink_context){ .base = base, .sensor_name = d->sensor_name, .version = MAILTAP_VERSION,
		.print = print };
	adopt(d, settings);
	/* Kept until the end: a stream whose names change half-way helps nobody either. */
	d->privacy = privacy_open(&settings->publish.privacy, error, error_room);
	if (d->privacy == NULL) {
		delivery_free(d);
		return NULL;
	}
	d->ecs.privacy = d->privacy;
	buffer_init(&d->line, ECS_DOCUMENT_MAX);
	if (!open_sinks(d, error, error_room)) {
		delivery_free(d);
		return NULL;
	}
	d->judge = judge_new(&settings->detect, &settings->site, &settings->forward_rules, on_alert, d);
	if (d->judge == NULL) {
		snprintf(error, error_room, "not enough memory for the detectors");
		delivery_free(d);
		return NULL;
	}
	judge_listen(d->judge, on_service, d);
	judge_reload(d->judge, &settings->detect, &settings->site, &settings->forward_rules);
	return d;
}

void
delivery_reload(struct delivery *d, const struct settings *settings)
{
	adopt(d, settings);
	judge_reload(d->judge, &settings->detect, &settings->site, &settings->forward_rules);
	for (size_t i = 0; i < d->outlet_count; i++)
		if (d->outlets[i].row->reopen != NULL)
			d->outlets[i].row->reopen(d->outlets[i].state, &d->sinks);
}

/* Twice what the tables may take, those of the detectors with ceilings of their own and of the book too: keys and values,
 * and what stands around them. */
static size_t
state_ceiling(const struct delivery *d)
{
	const struct detect_settings *s = &d->settings->detect;
	size_t own = s->alerts.keys + s->alerts.cases + s->upload_asymmetry.pairs + s->starttls_stripped.servers +
	    s->cleartext_credentials.servers;

	return 2 * s->memory + own * STATE_OCTETS_PER_KEY + s->user_rules.keys * USER_TALLY_KEY_OCTETS + (1 << 20);
}

bool
delivery_save_state(const struct delivery *d, const char *path, char *error)
{
	struct state_out out;
	bool fine;

	state_out_init(&out, state_ceiling(d));
	judge_save(d->judge, &out);
	fine = state_finish(&out);
	if (!fine)
		snprintf(error, STATE_ERROR_MAX, "the state finds no memory");
	fine = fine && state_save(path, buffer_bytes(&out.image), error);
	state_out_clear(&out);
	return fine;
}

enum state_file
delivery_load_state(struct delivery *d, const char *path, unsigned *refused, char *error)
{
	struct buffer image;
	enum state_file result;

	buffer_init(&image, state_ceiling(d));
	result = state_load(path, &image, error);
	if (result == STATE_READ)
		*refused = judge_load(d->judge, buffer_bytes(&image));
	buffer_clear(&image);
	return result;
}

bool
delivery_crowded(const struct delivery *d)
{
	for (size_t i = 0; i < d->outlet_count; i++) {
		struct sink_counters n = d->outlets[i].row->counters(d->outlets[i].state);

		if (n.room > 0 && n.waiting_bytes > n.room / 2)
			return true;
	}
	return false;
}

bool
delivery_drained(const struct delivery *d)
{
	for (size_t i = 0; i < d->outlet_count; i++)
		if (!d->outlets[i].row->drained(d->outlets[i].state))
			return false;
	return true;
}

void
delivery_services(const struct delivery *d, service_listener *listener, void *arg)
{
	judge_services(d->judge, listener, arg);
}

struct delivery_counters
delivery_counters(const struct delivery *d)
{
	struct delivery_counters n = d->counters;

	n.book = judge_counters(d->judge);
	return n;
}

void
delivery_count(const struct delivery *d, judge_counter *say, void *arg)
{
	judge_count(d->judge, say, arg);
}

size_t
delivery_sinks(const struct delivery *d, struct delivery_sink out[DELIVERY_SINKS])
{
	for (size_t i = 0; i < d->outlet_count; i++)
		out[i] = (struct delivery_sink){ d->outlets[i].row,
			d->outlets[i].row->counters(d->outlets[i].state) };
	return d->outlet_count;
}

void
delivery_free(struct delivery *d)
{
	if (d == NULL)
		return;
	judge_free(d->judge);
	for (size_t i = 0; i < d->outlet_count; i++)
		d->outlets[i].row->close(d->outlets[i].state);
	privacy_close(d->privacy);
	buffer_clear(&d->line);
	free(d->sensor_name);
	free(d);
}
