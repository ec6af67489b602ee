/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"

#include "base/memory.h"
#include "base/timeline.h"
#include "flow/echo.h"

/* Packet time between two looks at what has gone stale, and the most flows ended in one look, so that no single packet
 * pays for all of them. */
#define SWEEP_EVERY (USEC_PER_SEC / 10)
#define SWEEP_FLOWS 256

/* Packet time in 32 bits, for what need not be exact to the second. */
#define TIME_UNIT(time) ((uint32_t)((uint64_t)(time) >> 20))

/* Overlapping fragments that are told of in a second. */
#define OVERLAPS_A_SECOND 10

/* The most connections that one packet ends for want of memory. */
#define GIVE_WAY_MAX 16

/* Of the memory for connections, what entries in the flow table and octets out of order may take at most. */
#define FLOWS_SHARE 2
#define WAITING_SHARE 4

/* What a flow has once payload came: a SYN alone costs only its entry in the table. The stream and the dialogue stand behind
 * it, in the same piece of memory. */
struct connection {
	struct pipeline *pipeline;
	struct flow *flow;
	uint32_t waits;      /* its place among those in which something waits, counted from 1; 0: nothing waits */
	uint32_t due_octets; /* of payload until the dialogue's account is due, */
	uint32_t due_time;   /* or packet time, in TIME_UNIT */
	bool muted, mail, skims;
};

#define ALIGNED(size) (((size) + 7) & ~(size_t)7)

static struct stream *
stream_of(const struct connection *c)
{
	return (struct stream *)(uintptr_t)((const char *)c + ALIGNED(sizeof(*c)));
}

static struct dialogue *
dialogue_of(const struct connection *c)
{
	return (struct dialogue *)(uintptr_t)((const char *)c + ALIGNED(sizeof(*c)) + ALIGNED(stream_size));
}

struct pipeline {
	struct pipeline_settings settings;
	struct decoder *decoder;
	struct flow_table *flows;
	struct echo *echo;
	struct stream_budget budget;
	struct dialogues dialogues;
	struct connection **waiting; /* those in which something waits */
	uint32_t waiting_count, waiting_room;
	observer *observe;
	void *arg;
	pipeline_elsewhere *elsewhere;
	void *elsewhere_arg;
	struct timeline time;
	usec_t swept;
	usec_t overlap_second; /* since when overlaps_said counts */
	unsigned overlaps_said;
	size_t memory_before; /* what this thread had taken before the first packet */
	struct pipeline_counters counters;
};

static void
count_observation(void *arg, const struct observation *o)
{
	struct pipeline *p = arg;

	p->counters.observations++;
	p->observe(p->arg, o);
}

static struct dialogue_wire
wire_of(const struct connection *c)
{
	const struct flow *f = c->flow;
	struct dialogue_wire wire = { .last = flow_last(f) };

	for (int i = 0; i < 2; i++) {
		struct stream_counts counts = stream_counts(stream_of(c), (enum direction)i);

		wire.traffic[i] = (struct traffic){ .bytes = counts.bytes, .packets = flow_packets(f, (enum direction)i),
			.missing = counts.missing };
	}
	wire.handshake = f->side[FROM_CLIENT].initial_known ? HANDSHAKE_SYN
	    : f->side[FROM_SERVER].initial_known	       ? HANDSHAKE_SYNACK
						       : HANDSHAKE_NONE;
	return wire;
}

static void
on_data(void *arg, enum direction from, struct bytes data, usec_t time)
{
	struct connection *c = arg;

	dialogue_data(dialogue_of(c), from, data, time);
}

static void
on_gap(void *arg, enum direction from, uint64_t missing, usec_t time)
{
	struct connection *c = arg;

	c->pipeline->counters.gap_bytes += missing;
	dialogue_gap(dialogue_of(c), from, missing, time);
}

static void
on_end(void *arg, enum direction from, enum stream_end end, usec_t time)
{
	/* The flow's own end says the same for both sides at once, and later stragglers still count. */
	(void)arg;
	(void)from;
	(void)end;
	(void)time;
}

static void
on_oddity(void *arg, enum direction from, enum stream_oddity kind, uint64_t position, usec_t time)
{
	static const struct {
		const char *name, *sentence;
	} words[] = {
		[STREAM_CONFLICT] = { "segment_conflict",
		    "Two copies of the same bytes differed: the first was kept; somebody may try to hide something." },
		[STREAM_WILD] = { "wild_segment", "A segment far outside the connection's window was ignored." },
		[STREAM_CEILING] = { "reassembly_ceiling", "Too much waited out of order: a stretch was given up early." },
	};
	struct connection *c = arg;
	struct pipeline_counters *n = &c->pipeline->counters;

	n->conflicts += kind == STREAM_CONFLICT;
	n->wild_segments += kind == STREAM_WILD;
	n->ceilings += kind == STREAM_CEILING;
	(void)position;
	dialogue_oddity(dialogue_of(c), from, words[kind].name, words[kind].sentence, 1, time);
}

static const struct stream_reader reader = { on_data, on_gap, on_end, on_oddity };

static void
connection_free(struct connection *c)
{
	stream_clear(stream_of(c));
	dialogue_clear(dialogue_of(c));
	memory_give_back(c);
}

static void
describe(const void *connection, struct dialogue_opening *o)
{
	const struct connection *c = connection;
	const struct flow *f = c->flow;
	const struct pipeline_settings *settings = &c->pipeline->settings;

	*o = (struct dialogue_opening){ .client = flow_table_endpoint(c->pipeline->flows, f, FROM_CLIENT),
		.server = flow_table_endpoint(c->pipeline->flows, f, FROM_SERVER), .start = f->start, .vlan = f->vlan,
		.midstream = f->midstream };
	if (f->interface < settings->interface_count)
		o->interface = settings->interfaces[f->interface];
}

static struct connection *
connection_new(struct pipeline *p, struct flow *f)
{
	struct connection *c = memory_take_zeroed(1, ALIGNED(sizeof(*c)) + ALIGNED(stream_size) + dialogue_size);

	if (c == NULL)
		return NULL;
	c->pipeline = p;
	c->flow = f;
	(void)stream_init(stream_of(c), &p->budget, c);
	(void)dialogue_init(dialogue_of(c), &p->dialogues, c);
	for (int i = 0; i < 2; i++) {
		if (!f->side[i].initial_known)
			continue;
		stream_set_initial(stream_of(c), (enum direction)i, f->initial[i]);
		stream_set_window_scale(stream_of(c), (enum direction)i, f->side[i].window_scale);
	}
	p->counters.connections_now++;
	return c;
}

/* A place in the list of those in which something waits: the only ones that time has to look at. Without memory for it there
 * is none, and what waits in the connection is seen to when its next packet comes. */
static void
start_waiting(struct connection *c)
{
	struct pipeline *p = c->pipeline;

	if (p->waiting_count == p->waiting_room) {
		uint32_t room = p->waiting_room == 0 ? 64 : p->waiting_room * 2;
		struct connection **fresh = memory_resize_array(p->waiting, room, sizeof(struct connection *));

		if (fresh == NULL)
			return;
		p->waiting = fresh;
		p->waiting_room = room;
	}
	p->waiting[p->waiting_count++] = c;
	c->waits = p->waiting_count;
}

static void
stop_waiting(struct connection *c)
{
	struct pipeline *p = c->pipeline;
	struct connection *last = p->waiting[--p->waiting_count];

	p->waiting[c->waits - 1] = last;
	last->waits = c->waits;
	c->waits = 0;
}

static void
note_waiting(struct connection *c)
{
	bool waits = stream_waits(stream_of(c));

	if (waits && c->waits == 0)
		start_waiting(c);
	else if (!waits && c->waits != 0)
		stop_waiting(c);
}

static void
note_worth(struct connection *c)
{
	if (!c->muted && !dialogue_listens(dialogue_of(c))) {
		c->muted = true;
		stream_mute(stream_of(c));
	}
	if (!c->skims && dialogue_skims(dialogue_of(c))) {
		c->skims = true;
		stream_skim(stream_of(c));
	}
	if (c->mail == dialogue_is_mail(dialogue_of(c)))
		return;
	c->mail = !c->mail;
	flow_table_value(c->pipeline->flows, c->flow, c->mail ? FLOW_WORTH_MAIL : FLOW_WORTH_PLAIN);
}

/* A connection's stream begins with its first payload; what was seen of its SYNs by then is known to the flow. */
static struct connection *
connection_of(struct pipeline *p, struct flow *f)
{
	if (f->state == NULL) {
		f->state = connection_new(p, f);
		p->counters.connections_refused += f->state == NULL;
	}
	return f->state;
}

/* Of a connection that the sensor itself has with one of its servers. */
static bool
is_own(const struct pipeline *p, const struct packet *packet)
{
	for (size_t i = 0; i < p->settings.own_count; i++) {
		const struct endpoint *e = &p->settings.own[i];

		if ((packet->destination.port == e->port && endpoint_compare(&packet->destination, e) == 0) ||
		    (packet->source.port == e->port && endpoint_compare(&packet->source, e) == 0))
			return true;
	}
	return false;
}

/* What this pipeline's thread has taken since the first packet: a pipeline is made on one thread and runs on another. */
static size_t
memory_of(const struct pipeline *p)
{
	size_t taken = memory_taken();

	return taken > p->memory_before ? taken - p->memory_before : 0;
}

/* Ends connections until there is room again; at most a few for each packet, which itself needs less than they give. */
static void
make_room(struct pipeline *p)
{
	for (int i = 0; i < GIVE_WAY_MAX && memory_of(p) > p->settings.memory; i++) {
		if (!flow_table_give_way(p->flows))
			return;
		p->counters.gave_way++;
	}
}

/* Tells the dialogue what was moved, when that is due: for most packets two comparisons. */
static void
account(struct connection *c, const struct packet *packet)
{
	uint64_t octets = packet->payload.len + packet->payload_cut;
	struct dialogue_wire wire;
	struct dialogue_due due;

	if (octets < c->due_octets && TIME_UNIT(packet->time) < c->due_time) {
		c->due_octets -= (uint32_t)octets;
		return;
	}
	wire = wire_of(c);
	due = dialogue_account(dialogue_of(c), &wire, packet->time);
	c->due_octets = due.octets < UINT32_MAX ? (uint32_t)due.octets : UINT32_MAX;
	c->due_time = due.time < INT64_MAX ? TIME_UNIT(due.time) : UINT32_MAX;
}

/* A twin adds nothing. But who knows what makes twins could hide other octets in one. */
static void
compare_twin(struct pipeline *p, const struct packet *packet)
{
	enum direction from;
	struct flow *f = packet->payload.len > 0 ? flow_table_find(p->flows, packet, &from) : NULL;
	struct connection *c = f == NULL ? NULL : f->state;

	if (c != NULL)
		stream_compare(stream_of(c), from, packet);
}

static void
take_packet(struct pipeline *p, const struct packet *packet)
{
	enum direction from;
	struct flow *f;
	struct connection *c;

	if (is_own(p, packet)) {
		p->counters.own++;
		return;
	}
	if (!p->settings.flow.count_duplicates && echo_is_twin(p->echo, packet)) {
		p->counters.duplicates++;
		compare_twin(p, packet);
		return;
	}
	if (p->settings.memory > 0 && memory_of(p) > p->settings.memory)
		make_room(p);
	f = flow_table_admit(p->flows, packet, &from);
	if (f == NULL || (f->state == NULL && packet->payload.len == 0 && packet->payload_cut == 0))
		return;
	c = connection_of(p, f);
	if (c == NULL)
		return;
	p->counters.payload_bytes += packet->payload.len;
	/* The answer to a SYN may come after the first payload (fast open): each SYN is told once. */
	if ((packet->flags & TCP_SYN) != 0)
		stream_set_initial(stream_of(c), from, packet->sequence);
	stream_push(stream_of(c), from, packet);
	if (!c->muted) {
		note_worth(c);
		note_waiting(c);
	}
	account(c, packet);
}

static enum session_end
session_end_of(enum flow_end end)
{
	static const enum session_end ends[] = {
		[FLOW_END_FIN] = SESSION_FIN,
		[FLOW_END_RST] = SESSION_RST,
		[FLOW_END_IDLE] = SESSION_IDLE,
		[FLOW_END_EVICTED] = SESSION_EVICTED,
		[FLOW_END_REUSED] = SESSION_REUSED,
		[FLOW_END_STOP] = SESSION_STOP,
	};

	return ends[end];
}

static void *
on_flow_opened(void *arg, struct flow *f)
{
	(void)arg;
	(void)f;
	return NULL;
}

static void
on_flow_ended(void *arg, struct flow *f, enum flow_end end)
{
	struct pipeline *p = arg;
	struct connection *c = f->state;
	struct dialogue_wire wire;

	if (c == NULL)
		return;
	stream_finish(stream_of(c), p->time.now);
	note_waiting(c);
	wire = wire_of(c);
	for (int i = 0; i < 2; i++) {
		p->counters.missing_bytes += wire.traffic[i].missing;
		p->counters.retransmitted_bytes += stream_counts(stream_of(c), (enum direction)i).retransmitted;
	}
	p->counters.one_sided += flow_packets(f, FROM_CLIENT) == 0 || flow_packets(f, FROM_SERVER) == 0;
	p->counters.connections_now--;
	dialogue_end(dialogue_of(c), &wire, session_end_of(end), p->time.now);
	connection_free(c);
	f->state = NULL;
}

static void
sweep(struct pipeline *p)
{
	p->swept = p->time.now;
	(void)flow_table_expire(p->flows, p->time.now, SWEEP_FLOWS);
	/* From the end: who waits no more is replaced by the last one, which was looked at already. */
	for (uint32_t i = p->waiting_count; i > 0; i--) {
		struct connection *c = p->waiting[i - 1];

		stream_tick(stream_of(c), p->time.now);
		note_worth(c);
		note_waiting(c);
	}
}

struct pipeline *
pipeline_new(const struct pipeline_settings *settings, observer *observe, void *arg)
{
	struct pipeline *p = memory_take_zeroed(1, sizeof(*p));
	struct flow_events events = { on_flow_opened, on_flow_ended, p };

	if (p == NULL)
		return NULL;
	p->settings = *settings;
	p->settings.flow.guess = protocol_speaker;
	p->budget = (struct stream_budget){ .limits = &p->settings.stream, .reader = &reader,
		.max = settings->stream.waiting_total };
	if (settings->memory > 0) {
		size_t flows = settings->memory / FLOWS_SHARE / FLOW_TABLE_COST;

		p->settings.flow.max = flows < settings->flow.max ? flows : settings->flow.max;
		if (p->budget.max > settings->memory / WAITING_SHARE)
			p->budget.max = settings->memory / WAITING_SHARE;
	}
	p->observe = observe;
	p->arg = arg;
	dialogues_init(&p->dialogues, &p->settings.dialogue, describe, count_observation, p);
	p->flows = flow_table_new(&p->settings.flow, &events);
	p->echo = echo_new();
	p->decoder = decoder_new(&p->settings.decode);
	if (p->flows == NULL || p->echo == NULL || p->decoder == NULL) {
		pipeline_free(p);
		return NULL;
	}
	return p;
}

/* Parts of a datagram that contradict each other. There is no connection: the addresses are all that is known. Beyond a few a
 * second the counter alone tells. */
static void
observe_overlap(struct pipeline *p, const struct packet *packet)
{
	struct address ends[2] = { packet->source.address, packet->destination.address };
	struct session session = { .client.address = ends[0], .server.address = ends[1], .start = packet->time, .addresses_only = true,
		.vlan = packet->vlans > 0 ? packet->vlan[0] : 0 };
	struct anomaly_report report = { .name = "fragment_overlap", .count = 1,
		.detail_text = BYTES("Parts of an IP datagram contradict each other: all of it was dropped.") };
	struct observation o = { .kind = OBSERVED_ANOMALY, .time = packet->time, .session = &session, .anomaly = &report };

	if (p->time.now - p->overlap_second >= USEC_PER_SEC) {
		p->overlap_second = p->time.now;
		p->overlaps_said = 0;
	}
	if (p->overlaps_said == OVERLAPS_A_SECOND)
		return;
	report.ordinal = p->overlaps_said++;
	if (packet->interface < p->settings.interface_count)
		session.interface = p->settings.interfaces[packet->interface];
	session.id = identity_of(BYTES("mailtap.datagram"), bytes_of(ends, sizeof(ends)));
	session.id.word[0] ^= (uint64_t)packet->time;
	count_observation(p, &o);
}

/* Time has gone back: what was noted in the future is due at once. */
static void
turn_back(struct pipeline *p)
{
	p->swept = p->overlap_second = INT64_MIN / 2;
}

static void
pass_time(struct pipeline *p, usec_t time)
{
	if (p->time.now == 0)
		p->memory_before = memory_taken();
	if (timeline_pass(&p->time, time))
		turn_back(p);
	if (p->time.now - p->swept >= SWEEP_EVERY)
		sweep(p);
}

void
pipeline_set_elsewhere(struct pipeline *p, pipeline_elsewhere *elsewhere, void *arg)
{
	p->elsewhere = elsewhere;
	p->elsewhere_arg = arg;
}

void
pipeline_packet(struct pipeline *p, const struct packet *packet)
{
	pass_time(p, packet->time);
	take_packet(p, packet);
}

void
pipeline_frame(void *pipeline, const struct frame *frame)
{
	struct pipeline *p = pipeline;
	struct packet packet;
	enum decode_result result = decode_frame(p->decoder, frame, &packet);

	p->counters.frames++;
	p->counters.frame_bytes += frame->wire_len;
	p->counters.decoded[result]++;
	pass_time(p, frame->time);
	if (result == DECODE_FRAGMENT_OVERLAP)
		observe_overlap(p, &packet);
	if (result != DECODE_TCP)
		return;
	/* IPv6 as well: the kernel puts none of its fragments together, and would send them elsewhere than the rest. */
	if (p->elsewhere != NULL &&
	    (packet.tunnels > 0 || packet.reassembled || packet.vlans > 1 || packet.source.address.family == 6) &&
	    p->elsewhere(p->elsewhere_arg, &packet))
		return;
	take_packet(p, &packet);
}

void
pipeline_tick(struct pipeline *p, usec_t now)
{
	if (timeline_set(&p->time, now))
		turn_back(p);
	sweep(p);
}

usec_t
pipeline_time(const struct pipeline *p)
{
	return p->time.now;
}

void
pipeline_finish(struct pipeline *p)
{
	if (p->flows == NULL)
		return;
	p->counters = pipeline_counters(p);
	flow_table_free(p->flows);
	p->flows = NULL;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	pipeline_finish(p);
	echo_free(p->echo);
	memory_give_back(p->waiting);
	decoder_free(p->decoder);
	memory_give_back(p);
}

struct pipeline_counters
pipeline_counters(const struct pipeline *p)
{
	struct pipeline_counters n = p->counters;

	n.waiting_bytes = p->budget.used;
	n.time_restarts = p->time.restarts;
	n.decode = decode_counters(p->decoder);
	n.memory = memory_of(p);
	n.memory_max = p->settings.memory;
	if (p->flows != NULL) {
		n.flow = flow_table_counters(p->flows);
		n.flows_now = flow_table_len(p->flows);
		n.flow_memory = flow_table_memory(p->flows);
	} else {
		n.flow.ended = n.flow.opened;
		n.flows_now = 0;
	}
	return n;
}

void
pipeline_counters_add(struct pipeline_counters *sum, const struct pipeline_counters *more)
{
	/* Nothing but numbers of one width stands in it. */
	_Static_assert(sizeof(*sum) % sizeof(uint64_t) == 0, "counters are 64 bit numbers");
	uint64_t *to = (uint64_t *)(void *)sum;
	const uint64_t *from = (const uint64_t *)(const void *)more;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++)
		to[i] += from[i];
}
