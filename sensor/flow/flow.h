/* SPDX-License-Identifier: Apache-2.0
 *
 * flow: one TCP connection: who talks to whom, since when, in which state. It knows nothing of streams: `state` is
 * what opened() returned.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/direction.h"
#include "decode/packet.h"

enum flow_phase {
	FLOW_SYN,         /* a SYN and nothing else yet */
	FLOW_ANSWERED,    /* SYN+ACK seen */
	FLOW_ESTABLISHED, /* payload, or an ACK after the SYN+ACK, or picked up in mid-stream with payload */
	FLOW_CLOSING,     /* FIN one way */
	FLOW_CLOSED,      /* FIN both ways, or RST */
};

/* What a flow is worth when the table is full: the row of the map it stands in, lowest goes first. */
enum flow_worth { FLOW_WORTH_DONE, FLOW_WORTH_EMBRYO, FLOW_WORTH_PLAIN, FLOW_WORTH_MAIL };

/* Why the client is taken for the client. ORIENTED_NOT_YET: no SYN, no known port, no payload so far; the lower port
 * stands in as the server's until payload comes. */
enum flow_orientation { ORIENTED_BY_SYN, ORIENTED_BY_PORT, ORIENTED_BY_PAYLOAD, ORIENTED_NOT_YET };

enum flow_end {
	FLOW_END_FIN,     /* both sides said goodbye */
	FLOW_END_RST,
	FLOW_END_IDLE,    /* nothing for flow.idle_timeout */
	FLOW_END_EVICTED, /* gave way at the ceiling */
	FLOW_END_REUSED,  /* a new SYN for the same endpoints */
	FLOW_END_STOP,    /* the sensor stops, or the capture ended */
};

/* 48 bits, little end first, in six octets: a count, or a span of time. Stops at its end. */
struct flow_wide {
	uint16_t word[3];
};

#define FLOW_WIDE_MAX ((UINT64_C(1) << 48) - 1)
#define FLOW_SCALE_NONE 15

/* What is known of one side, by what it sent. */
struct flow_side {
	uint8_t window : 5;        /* it allows the other side at most 2 to this power octets */
	bool fin : 1;
	bool initial_known : 1;    /* its SYN was seen, with the sequence number initial[] */
	bool sent : 1;             /* next[] is known */
	uint8_t window_scale : 4;  /* the shift that its SYN announced; FLOW_SCALE_NONE: none, or not seen */
	bool answered : 1;         /* acknowledges[] is known */
	bool reset : 1;            /* its RST closed the flow */
	bool again : 1;            /* it sent a SYN that was passed over, with the sequence number `again` */
};

/* A flow without more costs this and its entry in the table: what is rarely large is kept narrow. */
struct flow {
	usec_t start;           /* packet time of its first packet */
	void *state;            /* what opened() returned */
	uint32_t initial[2];    /* by enum direction: sequence number of the SYN, where initial_known */
	struct flow_side side[2];
	uint32_t vlan : 12;     /* of its first packet; 0 none */
	uint32_t interface : 8; /* of its first packet; 255 also for all beyond */
	enum flow_phase phase : 3;
	enum flow_orientation orientation : 2;
	enum flow_worth worth : 2; /* as flow_table_value() said */
	bool midstream : 1;     /* no SYN of either side seen */

	/* What the table itself goes by; of no meaning to others. */
	bool again_known : 1;   /* `again` holds something */
	bool spoken : 1;        /* payload was seen */
	bool announced : 1;     /* opened() was called */
	bool client_is_low : 1; /* the client is the lower endpoint of the key */
	uint32_t next[2];       /* one past the latest segment of the side, where sent */
	uint32_t acknowledges[2]; /* what the side's latest segment acknowledged, where answered */
	uint32_t again;         /* sequence number of a SYN that was passed over, where again_known */
	struct flow_wide packets[2], wire_bytes[2];
	struct flow_wide last;  /* microseconds after start */
	struct flow_wide used;  /* the table's clock at the latest packet: units of FLOW_USED_UNIT after start */
};

/* The table's clock is kept coarsely, so that it reaches over centuries whatever times a capture claims. */
#define FLOW_USED_UNIT 32

static inline uint64_t
flow_wide_get(const struct flow_wide *w)
{
	return (uint32_t)w->word[0] | (uint32_t)w->word[1] << 16 | (uint64_t)w->word[2] << 32;
}

static inline void
flow_wide_set(struct flow_wide *w, uint64_t value)
{
	if (value > FLOW_WIDE_MAX)
		value = FLOW_WIDE_MAX;
	w->word[0] = (uint16_t)value;
	w->word[1] = (uint16_t)(value >> 16);
	w->word[2] = (uint16_t)(value >> 32);
}

static inline void
flow_wide_add(struct flow_wide *w, uint32_t more)
{
	flow_wide_set(w, flow_wide_get(w) + more);
}

/* Every segment of a side counts; and the octets of their frames. */
static inline uint64_t
flow_packets(const struct flow *f, enum direction d)
{
	return flow_wide_get(&f->packets[d]);
}

static inline uint64_t
flow_wire_bytes(const struct flow *f, enum direction d)
{
	return flow_wide_get(&f->wire_bytes[d]);
}

/* Packet time of its latest packet: never before start, and exact for the first nine years. */
static inline usec_t
flow_last(const struct flow *f)
{
	return f->start + (usec_t)flow_wide_get(&f->last);
}

/* The table's clock, which never steps back, at its latest packet (the latest before it was closed). */
static inline usec_t
flow_used(const struct flow *f)
{
	return f->start + (usec_t)flow_wide_get(&f->used) * FLOW_USED_UNIT;
}

#endif
