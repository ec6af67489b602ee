/* SPDX-License-Identifier: Apache-2.0 */
#include "workers.h"

#include <event2/event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

/* How often is asked whether an interface is still up. */
#define WATCH_EVERY (USEC_PER_SEC / 4)

/* Observations handed on before timers, signals and sinks get their turn. */
#define HAND_ON_MAX 512

/* Octets of packets under way between all workers, and at least for each pair. */
#define HANDOVER_ALL (32u << 20)
#define HANDOVER_LEAST (256u << 10)

#define ERROR_MAX 256

struct wire {
	struct workers *workers;
	size_t index;
	bool up;
	struct event *retry;
	usec_t wait;                 /* before the next try */
	struct source_counters past; /* of the times it was open before */
	uint64_t lost;
};

struct workers {
	struct event_base *base;
	struct workers_settings settings;
	observer *observe;
	void *arg;
	struct worker **all;
	struct bell **bells;
	struct handover *handover;
	struct wire *wires;
	struct bell bell;            /* rung by workers */
	struct event *bell_event, *watch;
	struct event *again;         /* more observations wait: after timers and sinks had their turn */
};

unsigned
workers_wanted(unsigned configured)
{
	cpu_set_t set;
	int processors;

	if (configured > 0)
		return configured < WORKERS_MAX ? configured : WORKERS_MAX;
	processors = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return processors < 2 ? 1 : workers_wanted((unsigned)processors - 1);
}

size_t
workers_handover(unsigned count)
{
	size_t pairs = (size_t)count * count;

	if (count < 2)
		return 0;
	return HANDOVER_ALL / pairs > HANDOVER_LEAST ? HANDOVER_ALL : pairs * HANDOVER_LEAST;
}

static const char *
name_of(const struct wire *wire)
{
	return wire->workers->settings.interfaces[wire->index];
}

static struct timeval
timeval_of(usec_t span)
{
	return (struct timeval){ .tv_sec = span / USEC_PER_SEC, .tv_usec = span % USEC_PER_SEC };
}

static void
add_counters(struct source_counters *to, struct source_counters more)
{
	to->received += more.received;
	to->kernel_dropped += more.kernel_dropped;
	to->interface_dropped += more.interface_dropped;
}

/* The queue whose oldest observation is the oldest of all, or NULL. */
static struct queue *
oldest(struct workers *w, const struct observation **o)
{
	struct queue *best = NULL;

	for (unsigned i = 0; i < w->settings.count; i++) {
		struct queue *q = worker_queue(w->all[i]);
		const struct observation *front = queue_front(q);

		if (front != NULL && (best == NULL || front->time < (*o)->time)) {
			best = q;
			*o = front;
		}
	}
	return best;
}

/* True when there may be more. */
static bool
hand_on(struct workers *w)
{
	const struct observation *o = NULL;

	for (int i = 0; i < HAND_ON_MAX; i++) {
		struct queue *q = oldest(w, &o);

		if (q == NULL)
			return false;
		w->observe(w->arg, o);
		queue_release(q);
	}
	return true;
}

/* Opens the interface once for each worker; all or none. The first founds the group, the others join in their order. */
static bool
open_wire(struct wire *wire, char *error, size_t error_room)
{
	struct workers *w = wire->workers;
	struct source *sources[WORKERS_MAX] = { 0 };
	struct capture_settings capture = w->settings.capture;
	struct source_fanout group = { .workers = w->settings.count };
	bool fine = true;

	capture.ring_size /= w->settings.count;
	capture.fanout = &group;
	for (unsigned i = 0; fine && i < w->settings.count; i++) {
		sources[i] = source_open_live(name_of(wire), (unsigned)wire->index, &capture, error, error_room);
		fine = sources[i] != NULL;
	}
	for (unsigned i = 0; fine && i < w->settings.count; i++) {
		struct source *s = sources[i];

		sources[i] = NULL;
		fine = worker_give(w->all[i], wire->index, s);
		if (!fine)
			snprintf(error, error_room, "%s: cannot be waited for: not enough memory", name_of(wire));
	}
	for (unsigned i = 0; !fine && i < w->settings.count; i++) {
		struct source_counters ignored;

		source_close(sources[i]);
		worker_take(w->all[i], wire->index, &ignored);
	}
	wire->up = fine;
	return fine;
}

/* What the interface itself dropped is one number, whichever handle is asked. */
static void
add_source(struct source_counters *to, struct source_counters more, unsigned worker)
{
	if (worker > 0)
		more.interface_dropped = 0;
	add_counters(to, more);
}

/* What the kernel still holds is read first, at most `frames` for each worker: all of them in turn, and with what they make
 * of it handed on in between, so that it finds room. */
static void
close_wire(struct wire *wire, int frames, void (*rest)(void *arg), void *arg)
{
	struct workers *w = wire->workers;
	bool more = true;

	for (int left = frames; more && left > 0; left -= w->settings.batch) {
		more = false;
		for (unsigned i = 0; i < w->settings.count; i++)
			more |= worker_read(w->all[i], wire->index);
		while (hand_on(w))
			if (rest != NULL)
				rest(arg);
	}
	for (unsigned i = 0; i < w->settings.count; i++) {
		struct source_counters n;

		worker_take(w->all[i], wire->index, &n);
		add_source(&wire->past, n, i);
	}
	wire->up = false;
}

static void
retry_later(struct wire *wire)
{
	struct timeval wait = timeval_of(wire->wait);
	usec_t longest = wire->workers->settings.retry_max;

	event_add(wire->retry, &wait);
	wire->wait = wire->wait > longest / 2 ? longest : wire->wait * 2;
}

static void
lose(struct wire *wire, const char *why)
{
	wire->lost++;
	log_error("capture", "%s; it is tried again until it is back", why);
	close_wire(wire, wire->workers->settings.batch, NULL, NULL);
	wire->wait = wire->workers->settings.retry_min;
	retry_later(wire);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct wire *wire = arg;
	char error[ERROR_MAX] = "it is down";

	(void)fd;
	(void)what;
	if (source_interface_is_up(name_of(wire)) && open_wire(wire, error, sizeof(error))) {
		log_info("capture", "%s: capturing again", name_of(wire));
		return;
	}
	log_debug("capture", "%s: still away: %s", name_of(wire), error);
	retry_later(wire);
}

static void
look_for_broken(struct workers *w)
{
	char why[ERROR_MAX];

	for (size_t i = 0; i < w->settings.interface_count; i++)
		for (unsigned j = 0; w->wires[i].up && j < w->settings.count; j++)
			if (worker_broke(w->all[j], i, why, sizeof(why)))
				lose(&w->wires[i], why);
}

static void
on_bell(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;

	(void)fd;
	(void)what;
	bell_hear(&w->bell);
	look_for_broken(w);
	if (hand_on(w))
		event_add(w->again, &(struct timeval){ 0 });
}

/* An interface that was taken down: what it still held is read, then it is lost until it is up again. */
static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	char why[ERROR_MAX];

	(void)fd;
	(void)what;
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		if (!w->wires[i].up || source_interface_is_up(name_of(&w->wires[i])))
			continue;
		snprintf(why, sizeof(why), "%s: the interface went down", name_of(&w->wires[i]));
		lose(&w->wires[i], why);
	}
}

/* Of what is for all together, each gets its part; a connection more here and there is no harm. */
static struct pipeline_settings
share_of(const struct workers_settings *s)
{
	struct pipeline_settings p = s->pipeline;

	p.flow.max = (p.flow.max + s->count - 1) / s->count;
	p.flow.max_embryonic = (p.flow.max_embryonic + s->count - 1) / s->count;
	p.stream.waiting_total /= s->count;
	p.memory /= s->count;
	p.decode.fragments.memory /= s->count;
	p.decode.fragments.max = (p.decode.fragments.max + s->count - 1) / s->count;
	return p;
}

static bool
make_workers(struct workers *w, char *error, size_t error_room)
{
	for (unsigned i = 0; i < w->settings.count; i++) {
		struct worker_settings s = { .number = i, .pipeline = share_of(&w->settings),
			.interface_count = w->settings.interface_count, .batch = w->settings.batch,
			.block_timeout = w->settings.capture.block_timeout, .queue_size = w->settings.queue_size, .processor = -1, .judge = &w->bell };

		if (w->settings.processor_count > 0)
			s.processor = w->settings.processors[i % w->settings.processor_count];
		w->all[i] = worker_new(&s, error, error_room);
		if (w->all[i] == NULL)
			return false;
		w->bells[i] = worker_bell(w->all[i]);
	}
	if (w->settings.count == 1)
		return true;
	w->handover = handover_new(w->settings.count, workers_handover(w->settings.count) / w->settings.count / w->settings.count,
	    w->bells);
	if (w->handover == NULL)
		return false;
	for (unsigned i = 0; i < w->settings.count; i++)
		worker_set_handover(w->all[i], w->handover);
	return true;
}

static bool
make_events(struct workers *w)
{
	w->bell_event = event_new(w->base, w->bell.descriptor, EV_READ | EV_PERSIST, on_bell, w);
	w->again = evtimer_new(w->base, on_bell, w);
	w->watch = event_new(w->base, -1, EV_PERSIST, on_watch, w);
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		w->wires[i] = (struct wire){ .workers = w, .index = i, .wait = w->settings.retry_min };
		w->wires[i].retry = evtimer_new(w->base, on_retry, &w->wires[i]);
		if (w->wires[i].retry == NULL)
			return false;
	}
	return w->bell_event != NULL && w->again != NULL && w->watch != NULL;
}

struct workers *
workers_new(struct event_base *base, const struct workers_settings *settings, observer *observe, void *arg, char *error,
    size_t error_room)
{
	struct workers *w = calloc(1, sizeof(*w));

	snprintf(error, error_room, "not enough memory or descriptors for the workers");
	if (w == NULL)
		return NULL;
	w->base = base;
	w->settings = *settings;
	w->observe = observe;
	w->arg = arg;
	w->all = calloc(settings->count, sizeof(struct worker *));
	w->bells = calloc(settings->count, sizeof(struct bell *));
	w->wires = calloc(settings->interface_count, sizeof(*w->wires));
	if (!bell_init(&w->bell) || w->all == NULL || w->bells == NULL || w->wires == NULL || !make_events(w) ||
	    !make_workers(w, error, error_room)) {
		workers_free(w);
		return NULL;
	}
	for (size_t i = 0; i < settings->interface_count; i++)
		if (!open_wire(&w->wires[i], error, error_room)) {
			workers_free(w);
			return NULL;
		}
	return w;
}

bool
workers_start(struct workers *w, char *error, size_t error_room)
{
	struct timeval often = timeval_of(WATCH_EVERY);

	if (event_add(w->bell_event, NULL) != 0 || event_add(w->watch, &often) != 0) {
		snprintf(error, error_room, "not enough memory for the workers' events");
		return false;
	}
	for (unsigned i = 0; i < w->settings.count; i++)
		if (!worker_start(w->all[i], error, error_room))
			return false;
	return true;
}

static bool
all_ended(const struct workers *w)
{
	for (unsigned i = 0; i < w->settings.count; i++)
		if (!worker_has_ended(w->all[i]))
			return false;
	return true;
}

void
workers_stop(struct workers *w, int frames, usec_t patience, void (*rest)(void *arg), void *arg)
{
	struct timespec nap = { .tv_nsec = 1000 * 1000 };
	bool ended;

	(void)event_del(w->watch);
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		(void)event_del(w->wires[i].retry);
		close_wire(&w->wires[i], frames, rest, arg);
	}
	/* A look at each lets it take what the others had handed to it: calls come after packets. */
	for (unsigned i = 0; i < w->settings.count; i++)
		worker_settle(w->all[i]);
	for (unsigned i = 0; i < w->settings.count; i++)
		worker_end(w->all[i], 0, patience);
	do {
		ended = all_ended(w); /* asked first, so that nothing comes after the last look */
		while (hand_on(w))
			rest(arg);
		rest(arg);
		if (!ended)
			(void)nanosleep(&nap, NULL);
	} while (!ended);
}

void
workers_adopt(struct workers *w, const struct message_limits *limits)
{
	for (unsigned i = 0; i < w->settings.count; i++)
		worker_adopt(w->all[i], limits);
}

size_t
workers_interfaces(const struct workers *w)
{
	return w->settings.interface_count;
}

struct workers_interface
workers_interface(struct workers *w, size_t i)
{
	struct wire *wire = &w->wires[i];
	struct workers_interface out = { .name = name_of(wire), .up = wire->up, .counters = wire->past,
		.lost = wire->lost };

	for (unsigned j = 0; wire->up && j < w->settings.count; j++)
		add_source(&out.counters, worker_source(w->all[j], i), j);
	return out;
}

void
workers_look(struct workers *w, struct workers_view *view)
{
	*view = (struct workers_view){ .count = w->settings.count };
	for (unsigned i = 0; i < w->settings.count; i++) {
		struct worker_view one;

		worker_look(w->all[i], &one);
		pipeline_counters_add(&view->pipeline, &one.pipeline);
		if (one.time > view->time)
			view->time = one.time;
		view->queue.pushed += one.queue.pushed;
		view->queue.lost += one.queue.lost;
		view->queue.used += one.queue.used;
		view->queue.highest += one.queue.highest;
		view->queue.size += one.queue.size;
		if (w->handover != NULL) {
			struct handover_counters n = handover_counters(w->handover, i);

			view->handover.given += n.given;
			view->handover.dropped += n.dropped;
		}
	}
}

void
workers_free(struct workers *w)
{
	if (w == NULL)
		return;
	/* Every thread is gone before anything that another may still ring or write to. */
	for (unsigned i = 0; w->all != NULL && i < w->settings.count; i++)
		worker_join(w->all[i]);
	for (unsigned i = 0; w->all != NULL && i < w->settings.count; i++)
		worker_free(w->all[i]);
	handover_free(w->handover);
	for (size_t i = 0; w->wires != NULL && i < w->settings.interface_count; i++)
		if (w->wires[i].retry != NULL)
			event_free(w->wires[i].retry);
	if (w->bell_event != NULL)
		event_free(w->bell_event);
	if (w->again != NULL)
		event_free(w->again);
	if (w->watch != NULL)
		event_free(w->watch);
	bell_clear(&w->bell);
	free(w->all);
	free(w->bells);
	free(w->wires);
	free(w);
}
