/* SPDX-License-Identifier: Apache-2.0
 *
 * fragments: parts of IP datagrams put together (RFC 791 section 3.2, RFC 8200 section 4.5; holes as in RFC 815, kept as
 * one bit for each eight octets). A part that overlaps another with anything but a copy of it is an attack (RFC 5722):
 * the datagram is dropped, with all its parts that are still to come.
 *
 * Packet time is the clock. Datagrams, their octets and their age have ceilings; the oldest gives way.
 */
#ifndef DECODE_FRAGMENTS_H
#define DECODE_FRAGMENTS_H

#include "decode/packet.h"

struct fragment_limits {
	size_t max;      /* datagrams at once */
	size_t memory;   /* octets of all together, bookkeeping included */
	usec_t timeout;  /* age at which an incomplete datagram is given up */
};

struct fragment_counters {
	uint64_t parts;        /* taken in */
	uint64_t datagrams;    /* put together */
	uint64_t overlaps;     /* datagrams dropped because parts of them contradict each other */
	uint64_t bad;          /* parts that can belong to no datagram: too long, not a multiple of eight */
	uint64_t cut;          /* parts that were not captured whole */
	uint64_t timed_out;    /* datagrams given up for their age, */
	uint64_t gave_way;     /* and for want of room */
	uint64_t waiting;      /* datagrams incomplete now, */
	uint64_t waiting_bytes;
};

/* One part, as its IP header has it. */
struct fragment {
	struct address source, destination;
	uint32_t id;
	uint8_t protocol;    /* of what the first part begins with */
	uint8_t version;     /* 4 or 6 */
	uint16_t vlan;       /* outermost; 0 none */
	uint32_t offset;     /* octets */
	bool more;           /* it is not the last one */
	struct bytes data;
	uint32_t cut;        /* octets of it that were not captured */
	usec_t time;
};

enum fragment_result {
	FRAGMENT_WAITS,     /* more parts are due, or this one is of no use */
	FRAGMENT_COMPLETES, /* the datagram is whole */
	FRAGMENT_OVERLAPS,  /* this part made an attack of it */
};

struct fragments;

/* NULL when memory is short. The limits are borrowed. Memory for parts is taken when they come. */
struct fragments *fragments_new(const struct fragment_limits *);
void fragments_free(struct fragments *); /* NULL is fine */

/* Takes a part. With FRAGMENT_COMPLETES the datagram's payload stands in *whole, until another datagram completes, and the protocol
 * that the first part named in *protocol. */
enum fragment_result fragments_take(struct fragments *, const struct fragment *, struct bytes *whole, uint8_t *protocol);

struct fragment_counters fragments_counters(const struct fragments *);

#endif
