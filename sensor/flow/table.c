/* SPDX-License-Identifier: Apache-2.0
 *
 * One map entry per flow; the key is the same for both directions:
 *
 *	[ lower ip | higher ip | ports of both, same order | family and VLAN tags ]
 *
 * The ranks of the map are enum flow_worth: its queues say what gives way at the ceiling and what has gone stale.
 */
#include "flow/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "flow/expire.h"
#include "flow/orient.h"
#include "flow/phase.h"

struct flow_key {
	uint8_t ip[2][16];
	uint16_t port[2];
	uint16_t family; /* with the outer VLAN tag in its upper twelve bits */
	uint16_t vlan;	 /* the inner one */
};

struct flow_table {
	const struct flow_limits *limits;
	struct flow_events events;
	struct map *map;
	usec_t now;	       /* the latest packet time seen: never steps back */
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
	return f->fin[FROM_CLIENT] && f->fin[FROM_SERVER] ? FLOW_END_FIN : FLOW_END_RST;
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
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = limits;
	t->events = *events;
	t->now = INT64_MIN;
	t->leaving = FLOW_END_EVICTED;
	t->map = map_new(sizeof(struct flow_key), sizeof(struct flow), limits->max > 0 ? limits->max : 1, farewell, t);
	if (t->map == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static int
by_start(const void *left, const void *right)
{
	const struct flow *a = *(struct flow *const *)left, *b = *(struct flow *const *)right;
	int order = (a->start > b->start) - (a->start < b->start);

	if (order == 0)
		order = endpoint_compare(&a->client, &b->client);
	if (order == 0)
		order = endpoint_compare(&a->server, &b->server);
	if (order == 0)
		order = (a->vlan > b->vlan) - (a->vlan < b->vlan);
	return order;
}

static void
end_in_order_of_start(struct flow_table *t)
{
	size_t len = map_len(t->map), n = 0;
	struct flow **all = calloc(len > 0 ? len : 1, sizeof(*all));

	if (all == NULL) {
		/* Short of memory: in the order of the queues, which is as much the same on every run. */
		for (unsigned rank = 0; rank < MAP_RANKS; rank++)
			for (struct flow *f; (f = map_oldest(t->map, rank)) != NULL;)
				end_flow(t, f, FLOW_END_STOP);
		return;
	}
	for (unsigned rank = 0; rank < MAP_RANKS; rank++)
		for (struct flow *f = map_oldest(t->map, rank); f != NULL && n < len; f = map_newer(t->map, f))
			all[n++] = f;
	qsort(all, n, sizeof(struct flow *), by_start);
	for (size_t i = 0; i < n; i++)
		say_end(t, all[i], FLOW_END_STOP);
	free(all);
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	end_in_order_of_start(t);
	t->emptied = true;
	map_free(t->map);
	free(t);
}

/* Fills the key; true when the packet's source is the lower endpoint. */
static bool
key_of(const struct flow_table *t, const struct packet *p, struct flow_key *key)
{
	const struct endpoint *a = &p->source, *b = &p->destination;
	int order = memcmp(a->address.ip, b->address.ip, sizeof(a->address.ip));
	bool source_is_low = order != 0 ? order < 0 : a->port <= b->port;

	memcpy(key->ip[source_is_low ? 0 : 1], a->address.ip, sizeof(key->ip[0]));
	memcpy(key->ip[source_is_low ? 1 : 0], b->address.ip, sizeof(key->ip[0]));
	key->port[source_is_low ? 0 : 1] = a->port;
	key->port[source_is_low ? 1 : 0] = b->port;
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
	if (oldest != NULL && expire_age(t->now, oldest->used) >= t->limits->idle_timeout / 2)
		return FLOW_WORTH_MAIL;
	return FLOW_WORTH_PLAIN;
}

static struct flow *
open_flow(struct flow_table *t, const struct packet *p, const struct flow_key *key, bool source_is_low)
{
	bool payload = p->payload.len != 0 || p->payload_cut != 0, syn = (p->flags & TCP_SYN) != 0;
	struct flow *f;

	if (!may_open(p)) {
		t->counters.stray++;
		return NULL;
	}
	f = map_put(t->map, key, !syn && payload ? FLOW_WORTH_PLAIN : FLOW_WORTH_EMBRYO, may_displace(t, p), NULL);
	if (f == NULL) {
		t->counters.refused++;
		return NULL;
	}
	t->counters.opened++;
	t->counters.midstream += !syn;
	orient_first(f, t->limits, p);
	f->client_is_low = (endpoint_compare(&f->client, &p->source) == 0) == source_is_low;
	f->phase = syn ? FLOW_SYN : FLOW_ANSWERED;
	f->worth = FLOW_WORTH_PLAIN;
	f->midstream = !syn;
	f->window_scale[FROM_CLIENT] = f->window_scale[FROM_SERVER] = 255;
	f->vlan = p->vlans > 0 ? p->vlan[0] : 0;
	f->interface = p->interface;
	f->start = f->last = p->time;
	f->used = t->now;
	return f;
}

static enum direction
direction_of(const struct flow *f, bool source_is_low)
{
	return source_is_low == f->client_is_low ? FROM_CLIENT : FROM_SERVER;
}

/* The flow that this packet belongs to, still alive and not the predecessor of a new one; NULL when there is none.
 * *answered_syn: a SYN that went before was for the new flow, and this packet confirms it. */
static struct flow *
find_flow(
    struct flow_table *t, const struct packet *p, const struct flow_key *key, bool source_is_low, bool *answered_syn)
{
	struct flow *f = map_find(t->map, key);

	if (f == NULL)
		return NULL;
	if (expire_is_due(t->limits, f, t->now)) {
		end_flow(t, f, FLOW_END_IDLE);
		return NULL;
	}
	if (!phase_is_reuse(f, p, direction_of(f, source_is_low), expire_age(t->now, f->used)))
		return f;
	*answered_syn = (p->flags & TCP_ACK) != 0 && f->again_known && p->acknowledged - 1 == f->again;
	end_flow(t, f, FLOW_END_REUSED);
	return NULL;
}

static void
account(struct flow_table *t, struct flow *f, const struct packet *p, enum direction from)
{
	bool was_closed = f->phase == FLOW_CLOSED;

	f->packets[from]++;
	f->wire_bytes[from] += p->wire_len;
	if (p->time > f->last)
		f->last = p->time;
	phase_note(f, p, from);
	if (was_closed)
		return;
	f->used = t->now;
	map_touch(t->map, f, expire_rank(f));
}

struct flow *
flow_table_admit(struct flow_table *t, const struct packet *p, enum direction *direction)
{
	struct flow_key key;
	bool source_is_low = key_of(t, p, &key), answered_syn = false;
	struct flow *f;
	enum direction from;

	if (p->time > t->now)
		t->now = p->time;
	f = find_flow(t, p, &key, source_is_low, &answered_syn);
	if (f == NULL) {
		f = open_flow(t, p, &key, source_is_low);
		if (f == NULL)
			return NULL;
		if (answered_syn) {
			f->initial[FROM_CLIENT] = p->acknowledged - 1;
			f->initial_known[FROM_CLIENT] = true;
		}
	}
	from = orient_again(f, t->limits, p, direction_of(f, source_is_low));
	account(t, f, p, from);
	if (!f->announced && f->orientation != ORIENTED_NOT_YET) {
		f->announced = true;
		f->state = t->events.opened(t->events.arg, f);
	}
	*direction = from;
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

	if (now > t->now)
		t->now = now;
	for (struct flow *f; (max == 0 || ended < max) && (f = expire_next(t->map, t->limits, t->now)) != NULL; ended++)
		end_flow(t, f, FLOW_END_IDLE);
	return ended;
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
