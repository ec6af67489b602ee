/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

/* How often is asked whether an interface is still up. */
#define WATCH_EVERY (USEC_PER_SEC / 4)

struct tap {
	struct worker *worker;
	unsigned index;
	struct source *source; /* NULL while it is away */
	struct event *readable, *retry;
	struct event *again;   /* more is there: come back after timers and signals had their turn */
	usec_t wait;           /* before the next try */
	struct source_counters past; /* of the times it was open before */
	uint64_t lost;
};

struct worker {
	struct event_base *base;
	struct worker_settings settings;
	struct pipeline *pipeline;
	struct tap *taps;
	struct event *watch; /* for interfaces that are taken down */
	bool started;
};

static struct timeval
timeval_of(usec_t span)
{
	return (struct timeval){ .tv_sec = span / USEC_PER_SEC, .tv_usec = span % USEC_PER_SEC };
}

static const char *
name_of(const struct tap *t)
{
	return t->worker->settings.interfaces[t->index];
}

static void
add_counters(struct source_counters *to, struct source_counters more)
{
	to->received += more.received;
	to->kernel_dropped += more.kernel_dropped;
	to->interface_dropped += more.interface_dropped;
}

static void
shut(struct tap *t)
{
	if (t->readable != NULL)
		event_free(t->readable);
	t->readable = NULL;
	if (t->again != NULL)
		event_del(t->again);
	if (t->source != NULL)
		add_counters(&t->past, source_counters(t->source));
	source_close(t->source);
	t->source = NULL;
}

static void
retry_later(struct tap *t)
{
	struct timeval wait = timeval_of(t->wait);

	event_add(t->retry, &wait);
	t->wait = t->wait > t->worker->settings.retry_max / 2 ? t->worker->settings.retry_max : t->wait * 2;
}

static void
lose(struct tap *t, const char *why)
{
	t->lost++;
	log_error("capture", "%s; it is tried again until it is back", why);
	shut(t);
	retry_later(t);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tap *t = arg;
	struct worker *w = t->worker;

	(void)fd;
	(void)what;
	if (t->source == NULL)
		return;
	switch (source_read(t->source, w->settings.batch, pipeline_frame, w->pipeline)) {
	case SOURCE_READY:
		/* A block half read may not wake the descriptor again. A timer of zero comes in the next round of
		 * the loop; an event made active here would come in this one, and starve the others. */
		event_add(t->again, &(struct timeval){ 0 });
		break;
	case SOURCE_EMPTY:
		t->wait = w->settings.retry_min;
		break;
	case SOURCE_ENDED:
	case SOURCE_BROKEN:
		lose(t, source_error(t->source));
		break;
	}
}

/* An interface that was taken down: what it still held is read, then it is lost until it is up again. */
static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	char why[256];

	(void)fd;
	(void)what;
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		struct tap *t = &w->taps[i];

		if (t->source == NULL || source_interface_is_up(name_of(t)))
			continue;
		(void)source_read(t->source, w->settings.batch, pipeline_frame, w->pipeline);
		snprintf(why, sizeof(why), "%s: the interface went down", name_of(t));
		lose(t, why);
	}
}

static bool
listen_to(struct tap *t)
{
	t->readable = event_new(t->worker->base, source_descriptor(t->source), EV_READ | EV_PERSIST, on_readable, t);
	return t->readable != NULL && event_add(t->readable, NULL) == 0;
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct tap *t = arg;
	char error[256] = "it is down";

	(void)fd;
	(void)what;
	if (!source_interface_is_up(name_of(t))) {
		retry_later(t);
		return;
	}
	t->source = source_open_live(name_of(t), t->index, &t->worker->settings.capture, error, sizeof(error));
	if (t->source == NULL || !listen_to(t)) {
		log_debug("capture", "%s: still away: %s", name_of(t), t->source == NULL ? error : "no memory");
		shut(t);
		retry_later(t);
		return;
	}
	log_info("capture", "%s: capturing again", name_of(t));
}

struct worker *
worker_new(struct event_base *base, const struct worker_settings *settings, struct pipeline *pipeline, char *error,
    size_t error_room)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->taps = calloc(settings->interface_count, sizeof(*w->taps));
	if (w == NULL || w->taps == NULL) {
		snprintf(error, error_room, "not enough memory");
		free(w);
		return NULL;
	}
	w->base = base;
	w->settings = *settings;
	w->pipeline = pipeline;
	for (unsigned i = 0; i < settings->interface_count; i++) {
		struct tap *t = &w->taps[i];

		t->worker = w;
		t->index = i;
		t->wait = settings->retry_min;
		t->source = source_open_live(name_of(t), i, &settings->capture, error, error_room);
		if (t->source == NULL) {
			worker_free(w);
			return NULL;
		}
		t->retry = evtimer_new(base, on_retry, t);
		t->again = evtimer_new(base, on_readable, t);
		if (t->retry == NULL || t->again == NULL) {
			snprintf(error, error_room, "not enough memory");
			worker_free(w);
			return NULL;
		}
	}
	return w;
}

void
worker_start(struct worker *w)
{
	struct timeval often = timeval_of(WATCH_EVERY);

	w->started = true;
	w->watch = event_new(w->base, -1, EV_PERSIST, on_watch, w);
	if (w->watch == NULL || event_add(w->watch, &often) != 0)
		log_warning("capture", "interfaces that go down will not be noticed: not enough memory");
	for (size_t i = 0; i < w->settings.interface_count; i++)
		if (!listen_to(&w->taps[i]))
			retry_later(&w->taps[i]);
}

void
worker_stop(struct worker *w, int frames)
{
	if (w->watch != NULL)
		(void)event_del(w->watch);
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		struct tap *t = &w->taps[i];

		if (t->source != NULL && w->started)
			(void)source_read(t->source, frames, pipeline_frame, w->pipeline);
		shut(t);
		event_del(t->retry);
	}
}

struct worker_interface
worker_interface(struct worker *w, size_t i)
{
	struct tap *t = &w->taps[i];
	struct worker_interface out = { .name = name_of(t), .up = t->source != NULL, .counters = t->past,
		.lost = t->lost };

	if (t->source != NULL)
		add_counters(&out.counters, source_counters(t->source));
	return out;
}

bool
worker_reads(const struct worker *w)
{
	for (size_t i = 0; i < w->settings.interface_count; i++)
		if (w->taps[i].source != NULL)
			return true;
	return false;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		shut(&w->taps[i]);
		if (w->taps[i].retry != NULL)
			event_free(w->taps[i].retry);
		if (w->taps[i].again != NULL)
			event_free(w->taps[i].again);
	}
	if (w->watch != NULL)
		event_free(w->watch);
	free(w->taps);
	free(w);
}
