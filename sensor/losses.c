/* SPDX-License-Identifier: Apache-2.0 */
#include "losses.h"

#include "base/timeline.h"

/* Interfaces that went away take their counters with them: never less than nothing. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void
losses_observe(struct losses *l, const struct totals *now, bool last, observer *observe, void *arg)
{
	const struct totals *was = &l->before;
	struct loss_report r = {
		.since = l->since,
		.frames = grown(now->pipeline.frames, was->pipeline.frames),
		.kernel_dropped = grown(now->capture.kernel_dropped, was->capture.kernel_dropped),
		.interface_dropped = grown(now->capture.interface_dropped, was->capture.interface_dropped),
		.handover_dropped = grown(now->handover.dropped, was->handover.dropped),
		.observations = grown(now->pipeline.observations, was->pipeline.observations),
		.observations_lost = grown(now->queue.lost, was->queue.lost),
		.payload = grown(now->pipeline.payload_bytes, was->pipeline.payload_bytes),
		.payload_missing = grown(now->pipeline.gap_bytes, was->pipeline.gap_bytes),
	};
	struct observation o = { .kind = OBSERVED_LOSS, .time = now->time, .loss = &r };

	if (l->since > now->time && l->since - now->time > TIMELINE_FAR)
		l->since = now->time; /* the clock was set back */
	if (now->time == 0 || (!last && l->since != 0 && now->time - l->since < LOSSES_EVERY))
		return;
	if (l->since == 0)
		r.since = now->time;
	observe(arg, &o);
	l->before = *now;
	l->since = now->time;
}
