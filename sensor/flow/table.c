/* SPDX-License-Identifier: Apache-2.0
 *
 * One map entry per flow; the key is the same for both directions:
 *
 *	[ lower ip | higher ip | ports of both, same order | family and VLAN tags ]
 *
 * The ranks of the map are enum flow_worth: its queues say what gives way at the ceiling and what has gone stale.
 */
#include "flow/table.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/timeline.h"
#include "flow/expire.h"
#include "flow/orient.h"
#include "flow/phase.h"

struct flow_key {
	uint8_t ip[2][16];
	uint16_t port[2];
	uint16_t family; /* with the outer VLAN tag in its upper twelve bits */
	uint16_t vlan;	 /* the inner one */
};

_Static_assert(sizeof(struct flow) == 88, "what a flow costs is said in table.h");

struct flow_table {
	const struct flow_limits *limits;
	struct flow_events events;
	struct map *map;
	struct timeline time;
	enum flow_end leaving; /* why the entry that the map lets go ends */
	bool emptied;	       /* all ends have been said */
	struct flow_counters counters;
};

/* What a flow that has closed by itself ended with, else `end`. */
static enum flow_end
true_end(const struct flow *f, enum flow_end end)
{
	if (f->phase != FLOW_CLOSED || end == FLOW_END_REUSED)
		return end;
	return f->side[FROM_CLIENT].fin && f->side[FROM_SERVER].fin ? FLOW_END_FIN : FLOW_END_RST;
}

static void
say_end(struct flow_table *t, struct flow *f, enum flow_end end)
{
	t->counters.ended++;
	t->counters.evicted += end == FLOW_END_EVICTED;
	if (f->announced)
		t->events.ended(t->events.arg, f, true_end(f, end));
}

static void
farewell(void *arg, const void *key, void *value)
{
	struct flow_table *t = arg;

	(void)key;
	if (!t->emptied)
		say_end(t, value, t->leaving);
}

static void
end_flow(struct flow_table *t, struct flow *f, enum flow_end end)
{
	t->leaving = end;
	map_remove(t->map, f);
	t->leaving = FLOW_END_EVICTED;
}

struct flow_table *
flow_table_new(const struct flow_limits *limits, const struct flow_events *events)
{
	struct flow_table *t = memory_take_zeroed(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = limits;
	t->events = *events;
	t->leaving = FLOW_END_EVICTED;
	t->map = map_new(sizeof(struct flow_key), sizeof(struct flow), limits->max > 0 ? limits->max : 1, farewell, t);
	if (t->map != NULL)
		map_limit_rank(t->map, FLOW_WORTH_EMBRYO, limits->max_embryonic);
	if (t->map == NULL) {
		memory_give_back(t);
		return NULL;
	}
	return t;
}

/* The lower endpoint is number 0. */
static struct endpoint
end_of(const struct flow_key *key, int number)
{
	struct endpoint e = { .address = { .family = key->family & 0xf }, .port = key->port[number] };

	memcpy(e.address.ip, key->ip[number], sizeof(e.address.ip));
	return e;
}

struct endpoint
flow_table_endpoint(const struct flow_table *t, const struct flow *f, enum direction d)
{
	return end_of(map_key(t->map, f), f->client_is_low == (d == FROM_CLIENT) ? 0 : 1);
}

struct ending {
	usec_t start; /* that of the flow, at hand: the flows themselves are all over the memory */
	struct flow *flow;
	const struct flow_key *key;
};

static struct endpoint
ending_side(const struct ending *e, enum direction d)
{
	return end_of(e->key, e->flow->client_is_low == (d == FROM_CLIENT) ? 0 : 1);
}

static int
by_start(const void *left, const void *right)
{
	const struct ending *a = left, *b = right;
	int order = (a->start > b->start) - (a->start < b->start);

	for (int i = 0; i < 2 && order == 0; i++) {
		struct endpoint one = ending_side(a, (enum direction)i), other = ending_side(b, (enum direction)i);

		order = endpoint_compare(&one, &other);
	}
	if (order == 0)
		order = (a->flow->vlan > b->flow->vlan) - (a->flow->vlan < b->flow->vlan);
	return order;
}

/* Those of whose end nobody tells anything are not sorted. */
static void
end_in_order_of_start(struct flow_table *t)
{
	size_t len = map_len(t->map), n = 0;
	struct ending *all = memory_take_zeroed(len > 0 ? len : 1, sizeof(*all));

	if (all == NULL) {
		/* Short of memory: in the order of the queues, which is as much the same on every run. */
		for (unsigned rank = 0; rank < MAP_RANKS; rank++)
			for (struct flow *f; (f = map_oldest(t->map, rank)) != NULL;)
				end_flow(t, f, FLOW_END_STOP);
		return;
	}
	for (unsigned rank = 0; rank < MAP_RANKS; rank++)
		for (struct flow *f = map_oldest(t->map, rank); f != NULL && n < len; f = map_newer(t->map, f)) {
			if (f->state == NULL)
				say_end(t, f, FLOW_END_STOP);
			else
				all[n++] = (struct ending){ f->start, f, map_key(t->map, f) };
		}
	qsort(all, n, sizeof(*all), by_start);
	for (size_t i = 0; i < n; i++)
		say_end(t, all[i].flow, FLOW_END_STOP);
	memory_give_back(all);
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	end_in_order_of_start(t);
	t->emptied = true;
	map_free(t->map);
	memory_give_back(t);
}

/* The order of addresses, as memcmp() has it. */
static int
compare_ip(const uint8_t a[16], const uint8_t b[16])
{
	for (int i = 0; i < 16; i += 8) {
		uint64_t x, y;

		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		if (x != y)
			return be64toh(x) < be64toh(y) ? -1 : 1;
	}
	return 0;
}

/* Fills the key; true when the packet's source is the lower endpoint. */
static bool
key_of(const struct flow_table *t, const struct packet *p, struct flow_key *key)
{
	const struct endpoint *a = &p->source, *b = &p->destination;
	int order = compare_ip(a->address.ip, b->address.ip);
	bool source_is_low = order != 0 ? order < 0 : a->port <= b->port;
	const struct endpoint *low = source_is_low ? a : b, *high = source_is_low ? b : a;

	memcpy(key->ip[0], low->address.ip, sizeof(key->ip[0]));
	memcpy(key->ip[1], high->address.ip, sizeof(key->ip[1]));
	key->port[0] = low->port;
	key->port[1] = high->port;
	key->family = a->address.family;
	key->vlan = 0;
	if (t->limits->vlan_in_key) {
		if (p->vlans > 0)
			key->family = (uint16_t)(key->family | (p->vlan[0] << 4));
		if (p->vlans > 1)
			key->vlan = p->vlan[1];
	}
	return source_is_low;
}

/* A packet's key, and what it is found by. */
struct sought {
	struct flow_key key;
	uint32_t hash;
	bool source_is_low;
};

/* Whether a packet of no known flow may open one. A goodbye without payload has nobody to say it to. */
static bool
may_open(const struct packet *p)
{
	bool payload = p->payload.len != 0 || p->payload_cut != 0;

	if ((p->flags & TCP_RST) != 0)
		return false;
	if ((p->flags & TCP_FIN) != 0)
		return payload && (p->flags & TCP_SYN) == 0;
	return payload || (p->flags & (TCP_SYN | TCP_ACK)) != 0;
}

/* The highest worth that may give way to a flow opened by this packet. */
static enum flow_worth
may_displace(const struct flow_table *t, const struct packet *p)
{
	const struct flow *oldest;

	if ((p->flags & TCP_SYN) != 0 || (p->payload.len == 0 && p->payload_cut == 0))
		return FLOW_WORTH_PLAIN;
	oldest = map_oldest(t->map, FLOW_WORTH_MAIL);
	if (oldest != NULL && expire_age(t->time.now, flow_used(oldest)) >= t->limits->idle_timeout / 2)
		return FLOW_WORTH_MAIL;
	return FLOW_WORTH_PLAIN;
}

static void
note_use(const struct flow_table *t, struct flow *f)
{
	/* A packet from a time that is not believed yet opens flows that begin there. */
	flow_wide_set(&f->used,
	    t->time.now > f->start ? ((uint64_t)t->time.now - (uint64_t)f->start) / FLOW_USED_UNIT : 0);
}

static struct flow *
open_flow(struct flow_table *t, const struct packet *p, const struct sought *sought)
{
	bool payload = p->payload.len != 0 || p->payload_cut != 0, syn = (p->flags & TCP_SYN) != 0;
	struct flow *f;

	if (!may_open(p)) {
		t->counters.stray++;
		return NULL;
	}
	f = map_add_hashed(t->map, &sought->key, sought->hash,
	    !syn && payload ? FLOW_WORTH_PLAIN : FLOW_WORTH_EMBRYO, may_displace(t, p));
	if (f == NULL) {
		t->counters.refused++;
		return NULL;
	}
	t->counters.opened++;
	t->counters.midstream += !syn;
	f->client_is_low = orient_first(f, t->limits, p) == sought->source_is_low;
	f->phase = syn ? FLOW_SYN : FLOW_ANSWERED;
	f->worth = FLOW_WORTH_PLAIN;
	f->midstream = !syn;
	f->side[FROM_CLIENT].window_scale = f->side[FROM_SERVER].window_scale = FLOW_SCALE_NONE;
	if (p->vlans > 0)
		f->vlan = p->vlan[0] & 0xfffu;
	f->interface = p->interface < UINT8_MAX ? (uint8_t)p->interface : UINT8_MAX;
	f->start = p->time;
	note_use(t, f);
	return f;
}

static enum direction
direction_of(const struct flow *f, bool source_is_low)
{
	return source_is_low == f->client_is_low ? FROM_CLIENT : FROM_SERVER;
}

/* Nothing was said yet, and the side that was taken for the server asks: it had only been heard to answer, or the ports
 * say that it is the client. (Both may ask, RFC 9293 section 3.5; then neither holds.) */
static bool
client_turns_up(const struct flow_table *t, const struct flow *f, const struct packet *p, enum direction from)
{
	if ((p->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN || from == FROM_CLIENT || f->spoken || f->phase > FLOW_ANSWERED)
		return false;
	return (!f->side[FROM_CLIENT].initial_known && f->side[FROM_SERVER].initial_known) ||
	       orient_by_port(t->limits, p) == SPEAKER_CLIENT;
}

/* The SYN that was passed over, and has been counted here, is the new flow's. Returns its time: it was the latest packet, or
 * came shortly before. */
static usec_t
hand_over_syn(struct flow *f, enum direction from)
{
	uint64_t packets = flow_packets(f, from);

	flow_wide_set(&f->packets[from], packets > 0 ? packets - 1 : 0);
	return flow_last(f);
}

/* The flow that this packet belongs to, still alive and not the predecessor of a new one; NULL when there is none.
 * *reuse says whether the packet begins, or goes on from the SYN of, a new one. */
static struct flow *
find_flow(struct flow_table *t, const struct packet *p, const struct sought *sought, enum phase_reuse *reuse,
    usec_t *syn)
{
	struct flow *f = map_find_hashed(t->map, &sought->key, sought->hash);

	*reuse = PHASE_GOES_ON;
	if (f == NULL)
		return NULL;
	if (expire_is_due(t->limits, f, t->time.now)) {
		end_flow(t, f, FLOW_END_IDLE);
		return NULL;
	}
	*reuse = client_turns_up(t, f, p, direction_of(f, sought->source_is_low))
	    ? PHASE_NEW
	    : phase_reuse(f, p, direction_of(f, sought->source_is_low));
	if (*reuse == PHASE_GOES_ON)
		return f;
	if (*reuse != PHASE_NEW)
		*syn = hand_over_syn(f, f->side[FROM_CLIENT].again ? FROM_CLIENT : FROM_SERVER);
	end_flow(t, f, FLOW_END_REUSED);
	return NULL;
}

/* What is known of the SYN that went before the first packet of a flow. */
static void
recall_syn(struct flow *f, const struct packet *p, enum phase_reuse reuse, bool source_is_low, usec_t syn)
{
	f->client_is_low = source_is_low == (reuse == PHASE_SYN_CONTINUED);
	f->orientation = ORIENTED_BY_SYN;
	f->midstream = false;
	f->initial[FROM_CLIENT] = reuse == PHASE_SYN_ANSWERED ? p->acknowledged - 1 : p->sequence - 1;
	f->side[FROM_CLIENT].initial_known = true;
	flow_wide_add(&f->packets[FROM_CLIENT], 1);
	if (syn < f->start)
		f->start = syn;
}

/* About a second, of the unit in which a flow keeps when it was used. */
#define QUEUE_GRAIN_BITS 15

/* A flow that is in use moves to the end of its queue once a second, not with each packet: that would touch two other
 * flows. */
static void
note_rank(struct flow_table *t, struct flow *f, uint64_t used_before)
{
	enum flow_worth rank = expire_rank(f);

	if (map_rank(f) != rank || used_before >> QUEUE_GRAIN_BITS != flow_wide_get(&f->used) >> QUEUE_GRAIN_BITS)
		map_touch(t->map, f, rank);
}

static void
account(struct flow_table *t, struct flow *f, const struct packet *p, enum direction from)
{
	bool was_closed = f->phase == FLOW_CLOSED;
	uint64_t used_before = flow_wide_get(&f->used);

	flow_wide_add(&f->packets[from], 1);
	flow_wide_add(&f->wire_bytes[from], p->wire_len);
	if (p->time > flow_last(f))
		flow_wide_set(&f->last, (uint64_t)p->time - (uint64_t)f->start);
	phase_note(f, p, from);
	if (was_closed && f->phase == FLOW_CLOSED)
		return;
	note_use(t, f);
	note_rank(t, f, used_before);
}

struct flow *
flow_table_admit(struct flow_table *t, const struct packet *p, enum direction *direction)
{
	struct sought sought;
	enum phase_reuse reuse;
	struct flow *f;
	enum direction from;
	usec_t syn = 0;

	sought.source_is_low = key_of(t, p, &sought.key);
	sought.hash = map_hash(t->map, &sought.key);
	(void)timeline_pass(&t->time, p->time);
	f = find_flow(t, p, &sought, &reuse, &syn);
	if (f == NULL) {
		f = open_flow(t, p, &sought);
		if (f == NULL)
			return NULL;
		if (reuse == PHASE_SYN_ANSWERED || reuse == PHASE_SYN_CONTINUED)
			recall_syn(f, p, reuse, sought.source_is_low, syn);
	}
	from = orient_again(f, t->limits, p, direction_of(f, sought.source_is_low));
	account(t, f, p, from);
	if (!f->announced && f->orientation != ORIENTED_NOT_YET) {
		f->announced = true;
		f->state = t->events.opened(t->events.arg, f);
	}
	*direction = from;
	return f;
}

struct flow *
flow_table_find(const struct flow_table *t, const struct packet *p, enum direction *direction)
{
	struct sought sought;
	struct flow *f;

	sought.source_is_low = key_of(t, p, &sought.key);
	sought.hash = map_hash(t->map, &sought.key);
	f = map_find_hashed(t->map, &sought.key, sought.hash);
	if (f != NULL)
		*direction = direction_of(f, sought.source_is_low);
	return f;
}

void
flow_table_value(struct flow_table *t, struct flow *f, enum flow_worth worth)
{
	enum flow_worth rank;

	f->worth = worth;
	rank = expire_rank(f);
	if (map_rank(f) != rank)
		map_touch(t->map, f, rank);
}

size_t
flow_table_expire(struct flow_table *t, usec_t now, size_t max)
{
	size_t ended = 0;

	(void)timeline_set(&t->time, now);
	for (struct flow *f; (max == 0 || ended < max) && (f = expire_next(t->map, t->limits, t->time.now)) != NULL; ended++)
		end_flow(t, f, FLOW_END_IDLE);
	return ended;
}

/* Flows without a state that are passed over, in each row, for one that has something to give. */
#define GIVE_WAY_LOOK 64

/* Nobody near had anything to give: the oldest goes, so that the next look begins further on. */
static bool
give_way_blindly(struct flow_table *t)
{
	struct flow *f = map_oldest(t->map, FLOW_WORTH_DONE);

	if (f == NULL)
		f = map_oldest(t->map, FLOW_WORTH_PLAIN);
	if (f != NULL)
		end_flow(t, f, FLOW_END_EVICTED);
	return f != NULL;
}

bool
flow_table_give_way(struct flow_table *t)
{
	/* Embryos have no state, and their entries are not given back to anybody but other flows. */
	static const enum flow_worth order[] = { FLOW_WORTH_DONE, FLOW_WORTH_PLAIN, FLOW_WORTH_MAIL };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct flow *f = map_oldest(t->map, order[i]);

		for (int looked = 0; f != NULL && f->state == NULL && looked < GIVE_WAY_LOOK; looked++)
			f = map_newer(t->map, f);
		if (f == NULL || f->state == NULL)
			continue;
		end_flow(t, f, FLOW_END_EVICTED);
		return true;
	}
	return give_way_blindly(t);
}

void
flow_table_each(struct flow_table *t, void (*visit)(void *arg, struct flow *), void *arg)
{
	for (unsigned rank = 0; rank < MAP_RANKS; rank++)
		for (struct flow *f = map_oldest(t->map, rank); f != NULL; f = map_newer(t->map, f))
			visit(arg, f);
}

size_t
flow_table_len(const struct flow_table *t)
{
	return map_len(t->map);
}

size_t
flow_table_memory(const struct flow_table *t)
{
	return sizeof(*t) + map_memory(t->map);
}

struct flow_counters
flow_table_counters(const struct flow_table *t)
{
	return t->counters;
}
