/* SPDX-License-Identifier: Apache-2.0
 *
 * ring: records from one thread to one other, in order, without locks. A record is one stretch of memory that both sides
 * use in place; what does not fit at the end of the ring begins anew at its start:
 *
 *	0      taken            written                size
 *	|.......[record][record].......[skipped .......]|
 *
 * One thread writes (space, commit), one takes (front, release). Pages never written cost no memory.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/bytes.h"

/* A record begins at a multiple of this. */
#define RING_ALIGNMENT 16

struct ring;

/* Room for `size` octets of records and their headers, at least a page. NULL when memory is short. */
struct ring *ring_new(size_t size);
void ring_free(struct ring *); /* NULL is fine */

/* Writer: where the next record may be written, and how long it may become. When that is too little, `anew` asks for the
 * start of the ring instead. NULL when there is no room. Nothing is published before ring_commit(). */
void *ring_space(struct ring *, bool anew, size_t *room);

/* Writer: publishes the first `len` octets, 1 to the room that was given, of the space asked for last. */
void ring_commit(struct ring *, size_t len);

/* Taker: the oldest record, or NULL when there is none; it lives until ring_release(). */
void *ring_front(struct ring *, size_t *len);

/* Taker: is done with the oldest record. */
void ring_release(struct ring *);

/* Octets that records take up now, from either side; the other may be changing it. */
size_t ring_used(const struct ring *);
size_t ring_size(const struct ring *);

#endif
