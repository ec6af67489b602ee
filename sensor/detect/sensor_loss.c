/* SPDX-License-Identifier: Apache-2.0
 *
 * sensor_loss: the sensor itself misses too much of what passes: what it does not report may have happened all the same.
 *
 * Each place where something can be lost has its own share, missed / (came + missed), over a sliding window, and its own
 * alert, because each has another remedy. A share of next to nothing says nothing: below a least amount none is taken.
 */
#include <stdlib.h>

#include "detect/detectors.h"
#include "detect/sentence.h"
#include "detect/window.h"

/* From this share on most of what matters may be missing. */
#define HIGH_SHARE 0.2

static const struct alert_rule rule = {
	.name = "sensor_loss",
	.id = "mailtap-0024",
	.description = "The sensor itself lost packets, conversations or observations.",
	.action = "sensor-lossy",
	.techniques = { NULL },
};

enum stage { STAGE_KERNEL, STAGE_INTERFACE, STAGE_HANDOVER, STAGE_QUEUE, STAGE_GAPS, STAGES };

/* One row per place. */
static const struct {
	const char *name, *what, *remedy;
	size_t came, missed; /* members of struct loss_report */
	uint64_t least;      /* of came and missed together within the window */
	bool octets;
} stages[STAGES] = {
	[STAGE_KERNEL] = { "kernel", "frames found no room in the kernel's buffer",
	    "raise capture.ring_size or capture.workers, or narrow capture.filter",
	    offsetof(struct loss_report, frames), offsetof(struct loss_report, kernel_dropped), 1000, false },
	[STAGE_INTERFACE] = { "interface", "frames were dropped by the interface or its driver",
	    "raise its ring (ethtool -G) and look at the span port's load",
	    offsetof(struct loss_report, frames), offsetof(struct loss_report, interface_dropped), 1000, false },
	[STAGE_HANDOVER] = { "handover", "packets out of tunnels found no room on their way to another worker",
	    "raise capture.workers or mirror less",
	    offsetof(struct loss_report, frames), offsetof(struct loss_report, handover_dropped), 1000, false },
	[STAGE_QUEUE] = { "queue", "observations found no room on their way to the detectors",
	    "raise capture.queue_size, or publish less",
	    offsetof(struct loss_report, observations), offsetof(struct loss_report, observations_lost), 100, false },
	[STAGE_GAPS] = { "gaps", "of the conversations did not reach the sensor",
	    "look at the span port's load, at asymmetric routes and at capture.snaplen",
	    offsetof(struct loss_report, payload), offsetof(struct loss_report, payload_missing), 1 << 20, true },
};

struct sensor_loss {
	struct detector_context context;
	struct window *window;
	usec_t span;               /* what `window` was made for */
	usec_t said[STAGES];       /* 0: not yet */
};

static uint64_t
figure(const struct loss_report *r, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)r + offset);
}

static void
add_amount(struct sentence *s, enum stage stage, uint64_t amount)
{
	if (stages[stage].octets)
		sentence_add_size(s, amount);
	else
		sentence_add(s, "%llu", (unsigned long long)amount);
}

static void
raise_alert(struct sensor_loss *d, enum stage stage, usec_t now, const uint64_t sums[WINDOW_SUMS], double share)
{
	struct sentence reason, seen, percent, least;
	struct evidence evidence;
	struct alert alert = { .rule = &rule, .severity = share >= HIGH_SHARE ? SEVERITY_HIGH : SEVERITY_MEDIUM, .time = now,
		.key_text = bytes_str(stages[stage].name), .evidence = &evidence, .evidence_count = 1 };

	sentence_clear(&percent);
	sentence_add(&percent, "%.1f %%", 100 * share);
	sentence_clear(&least);
	sentence_add(&least, "above %.1f %% over ", 100 * d->context.settings->sensor_loss.share);
	sentence_add_span(&least, d->span);
	sentence_clear(&seen);
	add_amount(&seen, stage, sums[1]);
	sentence_add(&seen, " of ");
	add_amount(&seen, stage, sums[0] + sums[1]);
	sentence_add(&seen, " %s", stages[stage].what);
	sentence_clear(&reason);
	sentence_add(&reason, "The sensor misses part of the traffic: ");
	sentence_add(&reason, "%s within ", seen.text);
	sentence_add_span(&reason, d->span);
	sentence_add(&reason, ", %s, held against %.1f %%; what it reports is incomplete: %s.", percent.text,
	    100 * d->context.settings->sensor_loss.share, stages[stage].remedy);
	evidence = (struct evidence){ .kind = "loss", .seen_text = sentence_bytes(&seen),
		.figure_text = sentence_bytes(&percent), .held_against_text = sentence_bytes(&least) };
	alert.risk = alert.severity >= SEVERITY_HIGH ? 73 : 47;
	alert.reason_text = sentence_bytes(&reason);
	alert_book_raise(d->context.alerts, &alert);
}

static void
observe(void *self, const struct observation *o)
{
	struct sensor_loss *d = self;

	if (o->kind != OBSERVED_LOSS)
		return;
	for (enum stage i = 0; i < STAGES; i++) {
		uint64_t more[WINDOW_SUMS] = { figure(o->loss, stages[i].came), figure(o->loss, stages[i].missed) };
		uint64_t sums[WINDOW_SUMS];
		double share;

		if (!window_add(d->window, identity_of(BYTES("stage"), bytes_str(stages[i].name)), o->time, more, sums) ||
		    sums[1] == 0 || sums[0] + sums[1] < stages[i].least)
			continue;
		share = (double)sums[1] / (double)(sums[0] + sums[1]);
		/* While it goes on it is said again once per window: the book counts. */
		if (share <= d->context.settings->sensor_loss.share || (d->said[i] != 0 && o->time - d->said[i] < d->span))
			continue;
		d->said[i] = o->time;
		raise_alert(d, i, o->time, sums, share);
	}
}

static void
close_detector(void *self)
{
	struct sensor_loss *d = self;

	window_free(d->window);
	free(d);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->sensor_loss.share < 1;
}

static void *
open_detector(const struct detector_context *context)
{
	struct sensor_loss *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->context = *context;
	d->span = context->settings->sensor_loss.window;
	d->window = window_new(STAGES, d->span);
	if (d->window == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

/* Sums over another span mean nothing in the new one. Without memory for it the old one goes on. */
static void
reload(void *self, const struct detector_context *context)
{
	struct sensor_loss *d = self;
	usec_t span = context->settings->sensor_loss.window;
	struct window *fresh;

	d->context = *context;
	if (span == d->span || (fresh = window_new(STAGES, span)) == NULL)
		return;
	window_free(d->window);
	d->window = fresh;
	d->span = span;
}

#define WINDOW "sensor_loss.window"
#define SAID "sensor_loss.said"

static void
save(const void *self, struct state_out *out)
{
	const struct sensor_loss *d = self;

	state_begin(out, WINDOW);
	window_save(d->window, out);
	state_end(out);
	state_begin(out, SAID);
	state_put(out, d->said, sizeof(d->said));
	state_end(out);
}

static unsigned
load(void *self, struct bytes image)
{
	struct sensor_loss *d = self;
	usec_t said[STAGES];
	struct state_in in;
	unsigned refused = 0;

	refused += state_find(image, WINDOW, &in) && !window_load(d->window, &in);
	if (state_find(image, SAID, &in)) {
		bool fine = state_get(&in, said, sizeof(said)) && in.left.left.len == 0;

		for (enum stage i = 0; fine && i < STAGES; i++)
			fine = said[i] >= 0;
		if (fine)
			memcpy(d->said, said, sizeof(said));
		refused += !fine;
	}
	return refused;
}

const struct detector detector_sensor_loss = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.close = close_detector,
	.reload = reload,
	.save = save,
	.load = load,
};
