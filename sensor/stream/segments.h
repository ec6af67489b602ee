/* SPDX-License-Identifier: Apache-2.0
 *
 * segments: the octets of one direction that cannot be handed out yet, as pieces that do not overlap:
 *
 *	     first                     last
 *	    [piece]   [piece][piece]  [piece]      sorted by position
 *	     100-120   130-140-145     300-310
 *
 * Where copies overlap the first one stays; only what it leaves uncovered is added.
 */
#ifndef STREAM_SEGMENTS_H
#define STREAM_SEGMENTS_H

#include "base/bytes.h"
#include "base/clock.h"

struct piece {
	uint64_t at;       /* position of its first octet */
	uint64_t requires; /* position that the other direction must have reached first */
	usec_t time;       /* when it came */
	struct piece *link;
	uint32_t arrival;  /* number of the packet that brought it */
	uint32_t len;
	bool hollow;       /* its octets are known to exist, and were not captured */
	uint8_t octets[];
};

struct segments {
	struct piece **all;
	uint32_t first, count, room;
};

/* What is to be added: len octets at a position; `octets` is NULL when they were not captured. */
struct stretch {
	uint64_t at;
	uint32_t len;
	const uint8_t *octets;
	uint64_t requires;
	usec_t time;
	uint32_t arrival;
};

/* What adding a stretch would do, or has done. */
struct addition {
	uint32_t fresh;    /* octets that nothing covered */
	uint32_t again;    /* octets that were there already, */
	bool conflict;     /* and differ */
	size_t charge;     /* memory that the new pieces take, bookkeeping included */
};

struct addition segments_weigh(const struct segments *, const struct stretch *);

/* Copies what is not covered. False when memory is short: then nothing was added. */
bool segments_add(struct segments *, const struct stretch *);

/* The first piece, or NULL. */
struct piece *segments_head(const struct segments *);

/* Takes the first piece out; the caller frees it. */
struct piece *segments_pop(struct segments *);

/* One past the last octet of the last piece; 0 when there is none. */
uint64_t segments_end(const struct segments *);

/* The memory that a piece is charged for. */
size_t segments_charge(const struct piece *);

/* Frees all. */
void segments_clear(struct segments *);

#endif
