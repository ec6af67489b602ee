/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"

#include <stdio.h>

static void
put(struct counters *c, const char *group, const char *name, uint64_t value)
{
	if (c->len == COUNTERS_MAX)
		return;
	snprintf(c->names[c->len], COUNTER_NAME_MAX, "%s.%s", group, name);
	c->at[c->len] = (struct ecs_counter){ c->names[c->len], value };
	c->len++;
}

static void
put_pipeline(struct counters *c, const struct pipeline_counters *p)
{
	struct pipeline_counters n = *p;

	put(c, "packets", "seen", n.frames);
	put(c, "packets", "bytes", n.frame_bytes);
	put(c, "packets", "own", n.own);
	put(c, "packets", "duplicate", n.duplicates);
	put(c, "packets", "time_restarts", n.time_restarts);
	for (int i = 0; i < DECODE_RESULTS; i++)
		put(c, "decode", decode_result_name((enum decode_result)i), n.decoded[i]);
	for (int i = 0; i < TUNNELS; i++)
		put(c, "tunnels", tunnel_name((enum tunnel)i), n.decode.tunnels[i]);
	put(c, "fragments", "parts", n.decode.fragments.parts);
	put(c, "fragments", "datagrams", n.decode.fragments.datagrams);
	put(c, "fragments", "overlaps", n.decode.fragments.overlaps);
	put(c, "fragments", "bad", n.decode.fragments.bad);
	put(c, "fragments", "cut", n.decode.fragments.cut);
	put(c, "fragments", "timed_out", n.decode.fragments.timed_out);
	put(c, "fragments", "gave_way", n.decode.fragments.gave_way);
	put(c, "fragments", "waiting", n.decode.fragments.waiting);
	put(c, "fragments", "waiting_bytes", n.decode.fragments.waiting_bytes);
	put(c, "flows", "now", n.flows_now);
	put(c, "flows", "opened", n.flow.opened);
	put(c, "flows", "ended", n.flow.ended);
	put(c, "flows", "evicted", n.flow.evicted);
	put(c, "flows", "refused", n.flow.refused);
	put(c, "flows", "stray", n.flow.stray);
	put(c, "flows", "midstream", n.flow.midstream);
	put(c, "flows", "one_sided", n.one_sided);
	put(c, "flows", "memory_bytes", n.flow_memory);
	put(c, "connections", "now", n.connections_now);
	put(c, "connections", "refused", n.connections_refused);
	put(c, "memory", "gave_way", n.gave_way);
	put(c, "stream", "payload_bytes", n.payload_bytes);
	put(c, "stream", "missing_bytes", n.missing_bytes);
	put(c, "stream", "retransmitted_bytes", n.retransmitted_bytes);
	put(c, "stream", "waiting_bytes", n.waiting_bytes);
	put(c, "stream", "conflicts", n.conflicts);
	put(c, "stream", "wild_segments", n.wild_segments);
	put(c, "stream", "ceilings", n.ceilings);
	put(c, "observations", "made", n.observations);
}

static void
put_capture(struct counters *c, const struct totals *t)
{
	put(c, "memory", "connections_bytes", t->pipeline.memory);
	put(c, "memory", "connections_max_bytes", t->pipeline.memory_max);
	put(c, "capture", "received", t->capture.received);
	put(c, "capture", "kernel_dropped", t->capture.kernel_dropped);
	put(c, "capture", "interface_dropped", t->capture.interface_dropped);
	put(c, "capture", "interfaces_up", t->interfaces_up);
	put(c, "capture", "interfaces_lost", t->interfaces_lost);
	put(c, "workers", "count", t->workers);
	put(c, "workers", "handed_over", t->handover.given);
	put(c, "workers", "handover_dropped", t->handover.dropped);
	put(c, "queue", "observations", t->queue.pushed);
	put(c, "queue", "lost", t->queue.lost);
	put(c, "queue", "used_bytes", t->queue.used);
	put(c, "queue", "highest_bytes", t->queue.highest);
	put(c, "queue", "size_bytes", t->queue.size);
}

static void
put_delivery(struct counters *c, const struct delivery *d)
{
	struct delivery_counters n = delivery_counters(d);

	put(c, "alerts", "raised", n.book.raised);
	put(c, "alerts", "published", n.book.published);
	put(c, "alerts", "held_back", n.book.held_back);
	put(c, "alerts", "summaries", n.book.summaries);
	put(c, "alerts", "forgotten", n.book.forgotten);
	put(c, "documents", "events", n.events);
	put(c, "documents", "alerts", n.alerts);
	put(c, "documents", "unmade", n.unmade);
	put(c, "documents", "refused", n.refused);
}

static void
put_detector(void *arg, const char *detector, const char *name, uint64_t value)
{
	put(arg, detector, name, value);
}

static void
put_sinks(struct counters *c, const struct delivery *d)
{
	struct delivery_sink sink[DELIVERY_SINKS];
	size_t count = delivery_sinks(d, sink);

	for (size_t i = 0; i < count; i++) {
		const char *name = sink[i].row->name;

		put(c, name, "taken", sink[i].counters.taken);
		put(c, name, "published", sink[i].counters.published);
		put(c, name, "refused", sink[i].counters.refused);
		put(c, name, "retried", sink[i].counters.retried);
		put(c, name, "errors", sink[i].counters.errors);
		put(c, name, "reconnects", sink[i].counters.reconnects);
		put(c, name, "waiting", sink[i].counters.waiting);
		put(c, name, "waiting_bytes", sink[i].counters.waiting_bytes);
		put(c, name, "connected", sink[i].counters.connected);
	}
}

void
counters_read(struct counters *c, const struct totals *t, const struct delivery *d)
{
	c->len = 0;
	put_pipeline(c, &t->pipeline);
	put_delivery(c, d);
	if (t->workers > 0) {
		put_capture(c, t);
		put_sinks(c, d);
	}
	delivery_count(d, put_detector, c); /* last: with many rules there is no room for them all */
}

void
totals_read(struct totals *t, struct workers *w, const struct pipeline *p)
{
	struct workers_view view;

	*t = (struct totals){ 0 };
	if (w == NULL) {
		t->pipeline = pipeline_counters(p);
		t->time = pipeline_time(p);
		return;
	}
	workers_look(w, &view);
	t->pipeline = view.pipeline;
	t->time = view.time;
	t->queue = view.queue;
	t->handover = view.handover;
	t->workers = view.count;
	for (size_t i = 0; i < workers_interfaces(w); i++) {
		struct workers_interface n = workers_interface(w, i);

		t->capture.received += n.counters.received;
		t->capture.kernel_dropped += n.counters.kernel_dropped;
		t->capture.interface_dropped += n.counters.interface_dropped;
		t->interfaces_lost += n.lost;
		t->interfaces_up += n.up;
	}
}
