/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/timeline.h"

/* How often packet time is moved on when no packets come, and how far behind the wall clock it then stays, so that
 * frames still waiting in the kernel are not from the past. */
#define TICK_EVERY (USEC_PER_SEC / 4)
#define TICK_LAG (2 * USEC_PER_SEC)

#define REASON_MAX 256

/* While packets are handed over: how often each worker says how far it is, in microseconds, and what is added to the time that
 * the kernel may sit on a frame. */
#define PULSE_EVERY 5000
#define HANDOVER_SLACK (5 * USEC_PER_MSEC)

struct tap {
	struct worker *worker;
	struct source *source; /* NULL: none was given */
	struct event *readable;
	struct event *again;   /* more is there: come back after timers had their turn */
	atomic_bool broke;     /* set after `why` was written */
	char why[REASON_MAX];
};

struct call {
	void (*run)(struct worker *, void *arg);
	void *arg;
};

struct worker {
	struct worker_settings settings;
	struct message_limits message;   /* the pipeline's, so that worker_adopt() can change them */
	struct event_base *base;
	struct pipeline *pipeline;
	struct queue *queue;
	struct tap *taps;
	struct bell bell;
	struct event *bell_event, *tick;
	struct event *pulse;             /* pending while packets are handed over */
	pthread_t thread;
	pthread_mutex_t lock;            /* for the three below */
	pthread_cond_t answered;
	const struct call *call;
	bool runs;                       /* the thread takes calls */
	bool started;                    /* there is a thread to join */
	atomic_bool ended;
	int last_frames;                 /* of the end, set by the call that asks for it */
	usec_t patience;
	bool ending;
};

/* Nothing waits to be read: what was captured so long ago has been handed over by the kernel. */
static usec_t
idle_progress(const struct worker *w)
{
	return clock_wall() - 2 * w->settings.block_timeout - HANDOVER_SLACK;
}

/* After each batch: those who wait for what was made of it are woken. */
static void
wake_others(struct worker *w)
{
	queue_wake(w->queue);
	if (w->settings.handover == NULL)
		return;
	handover_progress(w->settings.handover, w->settings.number, pipeline_time(w->pipeline));
	handover_wake(w->settings.handover, w->settings.number);
	if (handover_is_used(w->settings.handover) && !event_pending(w->pulse, EV_TIMEOUT, NULL))
		event_add(w->pulse, &(struct timeval){ .tv_usec = PULSE_EVERY });
}

static bool
give_elsewhere(void *arg, const struct packet *packet)
{
	struct worker *w = arg;
	unsigned owner = handover_owner(w->settings.handover, packet);

	(void)handover_give(w->settings.handover, w->settings.number, owner, packet);
	return true;
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
		break;
	case SOURCE_ENDED:
	case SOURCE_BROKEN:
		/* The main thread takes it away; until then nothing is read from it. */
		event_del(t->readable);
		snprintf(t->why, sizeof(t->why), "%s", source_error(t->source));
		atomic_store(&t->broke, true);
		bell_ring(w->settings.judge);
		break;
	}
	wake_others(w);
}

static void
take_handed(void *arg, const struct packet *packet)
{
	struct worker *w = arg;

	pipeline_packet(w->pipeline, packet);
}

/* With the lock held. */
static void
answer(struct worker *w)
{
	if (w->call == NULL)
		return;
	w->call->run(w, w->call->arg);
	w->call = NULL;
	pthread_cond_signal(&w->answered);
}

static void
take_call(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	answer(w);
	pthread_mutex_unlock(&w->lock);
	if (w->ending)
		(void)event_base_loopbreak(w->base);
}

static void
on_bell(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	size_t batch = (size_t)w->settings.batch;

	(void)fd;
	(void)what;
	bell_hear(&w->bell);
	if (w->settings.handover != NULL &&
	    handover_take(w->settings.handover, w->settings.number, batch, false, take_handed, w) == batch)
		bell_ring(&w->bell); /* there may be more, after the others had their turn */
	wake_others(w);
	take_call(w);
}

/* While packets are handed over: says how far this worker is although nothing comes, and takes what has become due. */
static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	bool reads = false;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < w->settings.interface_count; i++)
		reads |= event_pending(w->taps[i].again, EV_TIMEOUT, NULL) != 0;
	if (!reads)
		handover_progress(w->settings.handover, w->settings.number, idle_progress(w));
	(void)handover_take(w->settings.handover, w->settings.number, (size_t)w->settings.batch, false, take_handed, w);
	wake_others(w);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	usec_t now = clock_wall() - TICK_LAG;

	(void)fd;
	(void)what;
	if (pipeline_time(w->pipeline) == 0 || (now <= pipeline_time(w->pipeline) && now + TIMELINE_FAR >= pipeline_time(w->pipeline)))
		return;
	pipeline_tick(w->pipeline, now);
	wake_others(w);
}

static void
stay_on_processor(const struct worker *w)
{
	cpu_set_t set;

	if (w->settings.processor < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)w->settings.processor, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0)
		log_warning("capture", "worker %u cannot stay on processor %d: see capture.processors", w->settings.number,
		    w->settings.processor);
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	stay_on_processor(w);
	(void)event_base_dispatch(w->base);
	for (size_t i = 0; i < w->settings.interface_count; i++)
		if (w->taps[i].source != NULL)
			(void)source_read(w->taps[i].source, w->last_frames, pipeline_frame, w->pipeline);
	queue_be_patient(w->queue, w->patience);
	pipeline_finish(w->pipeline);
	pthread_mutex_lock(&w->lock);
	answer(w);
	w->runs = false;
	pthread_mutex_unlock(&w->lock);
	atomic_store(&w->ended, true);
	bell_ring(w->settings.judge);
	return NULL;
}

static bool
make_events(struct worker *w)
{
	struct timeval often = { .tv_usec = TICK_EVERY };

	w->base = event_base_new();
	if (w->base == NULL || !bell_init(&w->bell))
		return false;
	w->bell_event = event_new(w->base, w->bell.descriptor, EV_READ | EV_PERSIST, on_bell, w);
	w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, w);
	w->pulse = evtimer_new(w->base, on_pulse, w);
	if (w->bell_event == NULL || w->tick == NULL || w->pulse == NULL || event_add(w->bell_event, NULL) != 0 ||
	    event_add(w->tick, &often) != 0)
		return false;
	for (size_t i = 0; i < w->settings.interface_count; i++) {
		w->taps[i].worker = w;
		w->taps[i].again = evtimer_new(w->base, on_readable, &w->taps[i]);
		if (w->taps[i].again == NULL)
			return false;
	}
	return true;
}

struct worker *
worker_new(const struct worker_settings *settings, char *error, size_t error_room)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct pipeline_settings pipeline = settings->pipeline;

	snprintf(error, error_room, "not enough memory or descriptors for a worker");
	if (w == NULL)
		return NULL;
	w->settings = *settings;
	w->bell.descriptor = -1;
	w->message = *settings->pipeline.dialogue.message;
	pipeline.dialogue.message = &w->message;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->answered, NULL);
	w->taps = calloc(settings->interface_count, sizeof(*w->taps));
	w->queue = queue_new(settings->queue_size, settings->judge);
	if (w->taps != NULL && w->queue != NULL)
		w->pipeline = pipeline_new(&pipeline, queue_push, w->queue);
	if (w->pipeline == NULL || !make_events(w)) {
		worker_free(w);
		return NULL;
	}
	return w;
}

struct bell *
worker_bell(struct worker *w)
{
	return &w->bell;
}

void
worker_set_handover(struct worker *w, struct handover *handover)
{
	w->settings.handover = handover;
	pipeline_set_elsewhere(w->pipeline, handover == NULL ? NULL : give_elsewhere, w);
}

bool
worker_start(struct worker *w, char *error, size_t error_room)
{
	sigset_t all, before;
	char name[16];
	int failure;

	/* Signals are the main thread's. */
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	w->runs = true;
	failure = pthread_create(&w->thread, NULL, work, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure != 0) {
		w->runs = false;
		snprintf(error, error_room, "a worker's thread cannot be started: %s", strerror(failure));
		return false;
	}
	w->started = true;
	snprintf(name, sizeof(name), "worker/%u", w->settings.number % 1000);
	(void)pthread_setname_np(w->thread, name);
	return true;
}

static void
call(struct worker *w, void (*run)(struct worker *, void *), void *arg)
{
	struct call c = { run, arg };

	pthread_mutex_lock(&w->lock);
	if (w->runs) {
		w->call = &c;
		bell_ring(&w->bell);
		while (w->call != NULL)
			pthread_cond_wait(&w->answered, &w->lock);
		pthread_mutex_unlock(&w->lock);
		return;
	}
	pthread_mutex_unlock(&w->lock);
	run(w, arg);
}

static void
close_tap(struct tap *t)
{
	if (t->readable != NULL)
		event_free(t->readable);
	t->readable = NULL;
	if (t->again != NULL)
		event_del(t->again);
	source_close(t->source);
	t->source = NULL;
	atomic_store(&t->broke, false);
}

struct giving {
	size_t interface;
	struct source *source;
	bool fine;
};

static void
run_give(struct worker *w, void *arg)
{
	struct giving *g = arg;
	struct tap *t = &w->taps[g->interface];

	close_tap(t);
	t->source = g->source;
	t->readable = event_new(w->base, source_descriptor(t->source), EV_READ | EV_PERSIST, on_readable, t);
	g->fine = t->readable != NULL && event_add(t->readable, NULL) == 0;
	if (!g->fine)
		close_tap(t);
}

bool
worker_give(struct worker *w, size_t interface, struct source *source)
{
	struct giving g = { .interface = interface, .source = source };

	call(w, run_give, &g);
	return g.fine;
}

struct reading {
	size_t interface;
	bool more;
};

static void
run_read(struct worker *w, void *arg)
{
	struct reading *r = arg;
	struct tap *t = &w->taps[r->interface];

	r->more = t->source != NULL &&
	    source_read(t->source, w->settings.batch, pipeline_frame, w->pipeline) == SOURCE_READY;
	if (w->settings.handover != NULL)
		(void)handover_take(w->settings.handover, w->settings.number, (size_t)w->settings.batch, false, take_handed, w);
	wake_others(w);
}

bool
worker_read(struct worker *w, size_t interface)
{
	struct reading r = { .interface = interface };

	call(w, run_read, &r);
	return r.more;
}

struct taking {
	size_t interface;
	struct source_counters *counters;
};

static void
run_take(struct worker *w, void *arg)
{
	struct taking *taking = arg;
	struct tap *t = &w->taps[taking->interface];

	*taking->counters = (struct source_counters){ 0 };
	if (t->source == NULL)
		return;
	*taking->counters = source_counters(t->source);
	close_tap(t);
}

void
worker_take(struct worker *w, size_t interface, struct source_counters *counters)
{
	struct taking t = { interface, counters };

	call(w, run_take, &t);
}

static void
run_adopt(struct worker *w, void *arg)
{
	const struct message_limits *limits = arg;

	w->message.wanted = limits->wanted;
	w->message.wanted_count = limits->wanted_count;
}

void
worker_adopt(struct worker *w, const struct message_limits *limits)
{
	struct message_limits copy = *limits;

	call(w, run_adopt, &copy);
}

static void
run_look(struct worker *w, void *arg)
{
	struct worker_view *view = arg;

	view->pipeline = pipeline_counters(w->pipeline);
	view->time = pipeline_time(w->pipeline);
	view->queue = queue_counters(w->queue);
}

void
worker_look(struct worker *w, struct worker_view *view)
{
	call(w, run_look, view);
}

static void
run_settle(struct worker *w, void *arg)
{
	(void)arg;
	if (w->settings.handover != NULL)
		while (handover_take(w->settings.handover, w->settings.number, SIZE_MAX, true, take_handed, w) > 0)
			;
	wake_others(w);
}

void
worker_settle(struct worker *w)
{
	call(w, run_settle, NULL);
}

struct asking {
	size_t interface;
	struct source_counters counters;
};

static void
run_source(struct worker *w, void *arg)
{
	struct asking *a = arg;

	if (w->taps[a->interface].source != NULL)
		a->counters = source_counters(w->taps[a->interface].source);
}

struct source_counters
worker_source(struct worker *w, size_t interface)
{
	struct asking a = { .interface = interface };

	call(w, run_source, &a);
	return a.counters;
}

bool
worker_broke(struct worker *w, size_t interface, char *why, size_t why_room)
{
	struct tap *t = &w->taps[interface];

	if (!atomic_load(&t->broke))
		return false;
	snprintf(why, why_room, "%s", t->why);
	return true;
}

struct ending {
	int frames;
	usec_t patience;
};

static void
run_end(struct worker *w, void *arg)
{
	const struct ending *e = arg;

	w->last_frames = e->frames;
	w->patience = e->patience;
	w->ending = true;
}

void
worker_end(struct worker *w, int frames, usec_t patience)
{
	struct ending e = { frames, patience };

	if (w->started)
		call(w, run_end, &e);
}

bool
worker_has_ended(const struct worker *w)
{
	return atomic_load(&w->ended);
}

struct queue *
worker_queue(struct worker *w)
{
	return w->queue;
}

void
worker_join(struct worker *w)
{
	if (w == NULL || !w->started)
		return;
	worker_end(w, 0, 0);
	(void)pthread_join(w->thread, NULL);
	w->started = false;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	worker_join(w);
	for (size_t i = 0; w->taps != NULL && i < w->settings.interface_count; i++) {
		close_tap(&w->taps[i]);
		if (w->taps[i].again != NULL)
			event_free(w->taps[i].again);
	}
	pipeline_free(w->pipeline);
	queue_free(w->queue);
	free(w->taps);
	if (w->bell_event != NULL)
		event_free(w->bell_event);
	if (w->tick != NULL)
		event_free(w->tick);
	if (w->pulse != NULL)
		event_free(w->pulse);
	if (w->base != NULL)
		event_base_free(w->base);
	bell_clear(&w->bell);
	(void)pthread_mutex_destroy(&w->lock);
	(void)pthread_cond_destroy(&w->answered);
	free(w);
}
