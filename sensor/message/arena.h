/* SPDX-License-Identifier: Apache-2.0
 *
 * arena: memory that is given back all at once. What a message keeps lives here, and what a report on a session is put
 * together from; nothing in it ever moves.
 */
#ifndef MESSAGE_ARENA_H
#define MESSAGE_ARENA_H

#include "base/bytes.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *newest;
	bool failed; /* memory was short at least once */
};

/* Empty; allocates nothing. */
void arena_init(struct arena *);

/* Gives all of it back; the arena may be used again. */
void arena_clear(struct arena *);

/* A copy of the octets that lives as long as the arena. The empty slice, and `failed`, when memory is short. */
struct bytes arena_copy(struct arena *, struct bytes);

/* Room for `count` elements of `size` octets, fit for pointers and all that needs no more. NULL, and `failed`, when memory
 * is short or the room would be none. */
void *arena_room(struct arena *, size_t count, size_t size);

#endif
