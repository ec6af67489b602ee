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

struct flow {
	struct endpoint client, server;
	usec_t start, last;     /* packet time of its first and latest packet; last is never before start */
	uint64_t packets[2];    /* by enum direction; every segment counts */
	uint64_t wire_bytes[2]; /* octets of the frames */
	void *state;            /* what opened() returned */
	uint32_t initial[2];    /* sequence number of the SYN, where initial_known */
	enum flow_phase phase : 8;
	enum flow_orientation orientation : 8;
	enum flow_worth worth : 8; /* as flow_table_value() said */
	bool midstream;         /* no SYN of either side seen */
	bool fin[2];
	bool initial_known[2];  /* by enum direction: its SYN was seen, with the sequence number initial[] */
	uint8_t window_scale[2]; /* by enum direction: the shift that the side's SYN announced; 255 none or not seen */
	uint16_t vlan;          /* of its first packet; 0 none */
	unsigned interface;     /* of its first packet */

	/* What the table itself goes by; of no meaning to others. */
	usec_t used;             /* the table's clock, which never steps back, at the latest packet */
	uint32_t next[2];        /* one past the latest segment of the side, where sent[] */
	uint32_t acknowledges[2]; /* what the side's latest segment acknowledged, where answered[] */
	uint32_t window[2];      /* what it allows the other side to send, scaled */
	uint32_t again;          /* sequence number of a SYN that was passed over, where again_known */
	bool sent[2], answered[2];
	bool again_known;
	bool spoken;             /* payload was seen */
	bool announced;          /* opened() was called */
	bool client_is_low;      /* the client is the lower endpoint of the key */
};

#endif
