/* SPDX-License-Identifier: Apache-2.0
 *
 * release: what is handed out, in which order, and what is given up. The inside of a stream; others include stream.h.
 *
 * Each half has a front: the next piece, or the FIN. It can be told when it lies at half.next and when the other half
 * has reached what the front requires. What stands in the way is one of three things:
 *
 *	a hole before the own front       given up by release_settle(), release_step()
 *	a hole before the other's front   the same, over there
 *	two fronts that each require the other: no true peers do that; the one that came first goes first
 */
#ifndef STREAM_RELEASE_H
#define STREAM_RELEASE_H

#include "stream/half.h"
#include "stream/stream.h"

struct stream {
	struct stream_budget *budget;
	void *arg;
	struct half half[2]; /* by enum direction */
	uint32_t packets;    /* pushed so far: how reorder_packets is counted */
	bool muted : 1;
	bool skims : 1;      /* what is handed out need not be remembered */
	bool busy : 1;       /* inside a call that may call the reader */
	bool reset : 1;      /* a RST was believed, and nothing came since */
	uint8_t odds;        /* struct odd counted in budget->memory */
};

/* Tells the reader, once per kind and direction. */
void release_oddity(struct stream *, enum direction, enum stream_oddity, usec_t now);

/* `missing` octets at half.next are given up; hands out octets at half.next. */
void release_gap(struct stream *, enum direction, uint64_t missing, usec_t now);
void release_data(struct stream *, enum direction, struct bytes, usec_t now);
void release_end(struct stream *, enum direction, enum stream_end, usec_t now);

/* Whether the other side has reached what something of this side requires. A side of which no octet was ever seen
 * keeps nobody waiting. */
bool release_is_free(const struct stream *, enum direction, uint64_t requires);

/* Hands out all that can be. */
void release_ready(struct stream *, usec_t now);

/* Gives up one stretch, so that the front of this side comes nearer; it must have one. */
void release_step(struct stream *, enum direction, usec_t now);

/* Gives up the stretches that were acknowledged long enough ago. */
void release_settle(struct stream *, usec_t now);

/* Hands out all that waits, and gives up all that is missing before it or was acknowledged. */
void release_all(struct stream *, usec_t now);

/* Forgets all that waits, counting what is missing between. */
void release_nothing(struct stream *);

/* Charged for all that waits. */
uint64_t release_held(const struct stream *);

/* The side whose front came first, among those that have one; false when neither has. */
bool release_first(const struct stream *, enum direction *);

#endif
