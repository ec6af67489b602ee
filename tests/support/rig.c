/* SPDX-License-Identifier: Apache-2.0 */
#include "support/rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void blame(struct rig *, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
blame(struct rig *r, const char *format, ...)
{
	va_list values;

	if (r->wrong[0] != '\0')
		return;
	va_start(values, format);
	(void)vsnprintf(r->wrong, sizeof(r->wrong), format, values);
	va_end(values);
}

static const char *
name_of(enum direction d)
{
	return d == FROM_CLIENT ? "client" : "server";
}

static void
on_data(void *arg, enum direction d, struct bytes b, usec_t time)
{
	struct rig *r = arg;

	(void)time;
	for (size_t i = 0; i < b.len; i++, r->at[d]++) {
		uint64_t at = r->truth->origin[d] + r->at[d];

		if (at >= r->truth->len[d])
			blame(r, "%s: octet %u beyond the last", name_of(d), (unsigned)at);
		else if (b.at[i] != r->truth->octets[d][at])
			blame(r, "%s: octet %u is another", name_of(d), (unsigned)at);
		else if (!r->truth->captured[d][at])
			blame(r, "%s: octet %u was not captured", name_of(d), (unsigned)at);
	}
}

static void
on_gap(void *arg, enum direction d, uint64_t missing, usec_t time)
{
	struct rig *r = arg;

	(void)time;
	r->missing[d] += missing;
	for (uint64_t i = 0; i < missing; i++, r->at[d]++) {
		uint64_t at = r->truth->origin[d] + r->at[d];

		if (at >= r->truth->len[d] + r->truth->fin_lost[d] || (at < r->truth->len[d] && r->truth->captured[d][at])) {
			blame(r, "%s: octet %u of %u told missing", name_of(d), (unsigned)at, r->truth->len[d]);
			r->at[d] += missing - i;
			break;
		}
	}
}

static void
on_end(void *arg, enum direction d, enum stream_end end, usec_t time)
{
	struct rig *r = arg;

	(void)time;
	r->ends[d]++;
	r->end[d] = end;
}

static void
on_oddity(void *arg, enum direction d, enum stream_oddity kind, uint64_t position, usec_t time)
{
	struct rig *r = arg;

	(void)position;
	(void)time;
	if (r->oddities[d][kind]++ > 0)
		blame(r, "%s: oddity %d twice", name_of(d), kind);
}

static const struct stream_reader reader = { on_data, on_gap, on_end, on_oddity };

static void *
on_opened(void *arg, struct flow *f)
{
	struct rig *r = arg;

	(void)f;
	r->opened++;
	return NULL;
}

static void
on_ended(void *arg, struct flow *f, enum flow_end end)
{
	struct rig *r = arg;

	(void)end;
	if (f->state == NULL)
		return;
	stream_finish(f->state, r->now);
	stream_free(f->state);
	r->stream = NULL;
}

void
rig_begin(struct rig *r, const struct rig_truth *truth)
{
	static const uint16_t ports[] = { 25 };
	const struct flow_events events = { on_opened, on_ended, r };

	*r = (struct rig){ .truth = truth,
		.flow_limits = { .max = 16,
		    .idle_timeout = 600 * USEC_PER_SEC,
		    .embryonic_timeout = 30 * USEC_PER_SEC,
		    .closed_timeout = 5 * USEC_PER_SEC,
		    .server_ports = ports,
		    .server_port_count = 1 },
		.stream_limits = { .waiting_per_flow = 1 << 20,
		    .waiting_total = 1 << 20,
		    .reorder_packets = 64,
		    .reorder_time = USEC_PER_SEC / 2 } };
	r->budget = (struct stream_budget){
		.limits = &r->stream_limits, .reader = &reader, .max = r->stream_limits.waiting_total
	};
	r->flows = flow_table_new(&r->flow_limits, &events);
	if (r->flows == NULL)
		blame(r, "no memory");
}

static void
open_stream(struct rig *r, struct flow *f)
{
	f->state = r->stream = stream_new(&r->budget, r);
	r->streams++;
	for (int i = 0; i < 2; i++) {
		if (!f->side[i].initial_known)
			continue;
		stream_set_initial(r->stream, (enum direction)i, f->initial[i]);
		stream_set_window_scale(r->stream, (enum direction)i, f->side[i].window_scale);
	}
}

void
rig_push(struct rig *r, const struct packet *p)
{
	enum direction from;
	struct flow *f = flow_table_admit(r->flows, p, &from);

	r->now = p->time;
	if (f == NULL || (f->state == NULL && p->payload.len == 0))
		return;
	if (f->state == NULL)
		open_stream(r, f);
	if ((p->flags & TCP_SYN) != 0)
		stream_set_initial(f->state, from, p->sequence);
	stream_push(f->state, from, p);
}

void
rig_finish(struct rig *r)
{
	flow_table_free(r->flows);
	for (int d = 0; d < 2; d++) {
		unsigned last = r->truth->len[d];

		while (last > r->truth->origin[d] && !r->truth->captured[d][last - 1])
			last--;
		if (r->truth->origin[d] + r->at[d] < last)
			blame(r, "%s: %u of %u octets handed out", name_of((enum direction)d),
			    r->truth->origin[d] + (unsigned)r->at[d], last);
		if (r->streams == 1 && r->ends[d] == 0)
			blame(r, "%s: no end", name_of((enum direction)d));
	}
	if (r->budget.used != 0 || r->budget.memory != 0)
		blame(r, "%zu octets still charged, %zu held", r->budget.used, r->budget.memory);
}
