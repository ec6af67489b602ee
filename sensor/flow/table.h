/* SPDX-License-Identifier: Apache-2.0
 *
 * table: finds the flow of a packet, admits new ones under a ceiling, lets the stale ones go. Packet time is its clock.
 */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include "flow/flow.h"

struct flow_limits {
	size_t max;               /* flows at once */
	size_t max_embryonic;     /* of these, flows of which no payload nor a whole handshake was seen; 0: no such limit */
	usec_t idle_timeout;      /* established and silent */
	usec_t embryonic_timeout; /* SYN without more */
	usec_t closed_timeout;    /* lingers after FIN both ways or RST, for stragglers */
	bool vlan_in_key;         /* flows of two VLANs are two flows */
	bool count_duplicates;    /* for who hands the packets over: leave no echo out (echo.h) */
	const uint16_t *server_ports; /* ports that tell the server when no SYN was seen */
	size_t server_port_count;
	enum speaker (*guess)(struct bytes payload); /* who sends such a first payload; NULL: nobody can tell */
};

struct flow_counters {
	uint64_t opened, ended;
	uint64_t evicted;      /* gave way at the ceiling */
	uint64_t refused;      /* packets whose flow was not admitted: nothing of lower worth could give way */
	uint64_t stray;        /* packets of no known flow that cannot open one (FIN or RST without payload) */
	uint64_t midstream;    /* flows picked up without their SYN */
};

struct flow_events {
	/* A flow begins, and it is settled who is the client; the return value becomes flow->state (NULL is fine). */
	void *(*opened)(void *arg, struct flow *);
	/* It ends; the flow is gone after the call. Only for flows that opened() heard of. */
	void (*ended)(void *arg, struct flow *, enum flow_end);
	void *arg;
};

struct flow_table;

/* NULL when memory is short. `limits` and what it points to are borrowed for the table's life. */
struct flow_table *flow_table_new(const struct flow_limits *, const struct flow_events *);

/* Ends every flow in order of flow start (then client and server endpoint), then frees: those that lingered after their
 * goodbyes with FLOW_END_FIN or FLOW_END_RST, all others with FLOW_END_STOP. NULL is fine. */
void flow_table_free(struct flow_table *);

/* The flow of this packet, found or newly opened, with packet counts, phase and last-use brought up to date and the
 * packet's direction in *direction. NULL when the packet opens none (stray) or the table is full of worthier flows: a
 * bare SYN never displaces FLOW_WORTH_MAIL, payload does so only where the mail flow has been silent for half the idle
 * timeout. A flow picked up without SYN is oriented by server port, else by the first payload (its client and server
 * may trade places once, before opened() is called for it). A SYN with a new initial sequence number ends the old flow
 * as FLOW_END_REUSED and opens a new one when its sender or both sides had closed the old one; else when the peer's
 * SYN+ACK takes it up, or its sender goes on from it. A FIN or RST far outside the window closes nothing, and one within
 * is taken back when the side in whose name it came goes on. Packets after the close count, but do not make the flow
 * linger longer. The pointer is valid until the next
 * call on the table. */
struct flow *flow_table_admit(struct flow_table *, const struct packet *, enum direction *);

/* The flow of this packet as it is known now, or NULL; nothing is counted. */
struct flow *flow_table_find(const struct flow_table *, const struct packet *, enum direction *);

/* Who the client or the server is; good while the flow lives. */
struct endpoint flow_table_endpoint(const struct flow_table *, const struct flow *, enum direction);

/* Says what the flow is worth from now on (FLOW_WORTH_PLAIN or FLOW_WORTH_MAIL); closing and closing down lower it. */
void flow_table_value(struct flow_table *, struct flow *, enum flow_worth);

/* Ends what has gone stale at packet time `now`: at most `max` flows a call (0: no limit). Returns how many. */
size_t flow_table_expire(struct flow_table *, usec_t now, size_t max);

/* Octets that an entry takes at most, the table's bookkeeping included. */
#define FLOW_TABLE_COST 224

/* Ends, as evicted, the flow that is worth least and has been silent longest, of those that have more than an entry here (a
 * state); false when there is none. */
bool flow_table_give_way(struct flow_table *);

/* Calls visit for each flow, worth by worth, least recently used first (to the second); visit must not admit or expire. */
void flow_table_each(struct flow_table *, void (*visit)(void *arg, struct flow *), void *arg);

size_t flow_table_len(const struct flow_table *);
size_t flow_table_memory(const struct flow_table *);
struct flow_counters flow_table_counters(const struct flow_table *);

#endif
