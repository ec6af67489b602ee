/* SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <event2/event.h>

#include "base/log.h"

#define OPEN_ERROR_MAX 512

static uint64_t
progress_of(const struct delivery *d)
{
	struct delivery_sink outlets[DELIVERY_SINKS];
	size_t count = delivery_sinks(d, outlets);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += outlets[i].counters.published + outlets[i].counters.refused;
	return sum;
}

/* Turns the loop until `satisfied`, or `patience` has passed in which nothing was published. */
static bool
wait_for(struct event_base *base, const struct delivery *d, bool (*satisfied)(const struct delivery *),
    usec_t patience)
{
	usec_t since = clock_monotonic();
	uint64_t progress = progress_of(d);

	while (!satisfied(d)) {
		struct timeval nap = { .tv_usec = 20000 };

		(void)event_base_loopexit(base, &nap);
		(void)event_base_loop(base, EVLOOP_ONCE);
		if (progress_of(d) != progress) {
			progress = progress_of(d);
			since = clock_monotonic();
		}
		if (clock_monotonic() - since > patience)
			return false;
	}
	return true;
}

static bool
has_room(const struct delivery *d)
{
	return !delivery_crowded(d);
}

bool
replay_drain(struct event_base *base, const struct delivery *d, usec_t patience)
{
	return wait_for(base, d, delivery_drained, patience);
}

static void
note_losses(const struct replay *r)
{
	struct totals t;
	usec_t passed = pipeline_time(r->pipeline) - r->losses->since;

	if (passed < LOSSES_EVERY && passed >= 0)
		return;
	totals_read(&t, NULL, r->pipeline);
	losses_observe(r->losses, &t, false, delivery_observe, r->delivery);
}

/* Reads one file to its end; true when it was whole. */
static bool
read_file(const struct replay *r, struct source *source)
{
	bool waits = true;

	for (;;) {
		enum source_state state = source_read(source, r->batch, pipeline_frame, r->pipeline);

		if (state == SOURCE_BROKEN)
			log_error("capture", "%s; what came before it counts", source_error(source));
		if (state != SOURCE_READY || *r->stop)
			return state != SOURCE_BROKEN;
		note_losses(r);
		(void)event_base_loop(r->base, EVLOOP_NONBLOCK);
		if (waits && !has_room(r->delivery)) {
			waits = wait_for(r->base, r->delivery, has_room, r->patience);
			if (!waits)
				log_error("publish", "a sink takes nothing any more: reading goes on without it");
		}
	}
}

int
replay_run(const struct replay *r)
{
	int status = 0;

	for (size_t i = 0; i < r->count && !*r->stop; i++) {
		char error[OPEN_ERROR_MAX];
		struct source *source = source_open_file(r->files[i], (unsigned)i, &r->capture, error, sizeof(error));

		if (source == NULL) {
			log_error("capture", "%s", error);
			status = status == 0 ? 2 : status;
			continue;
		}
		if (!decode_knows_link(source_link_type(source)))
			log_warning("decode", "%s: link type %s is not known here: its frames are counted and left alone",
			    source_name(source), source_link_name(source));
		if (!read_file(r, source))
			status = 3;
		source_close(source);
	}
	return status;
}
