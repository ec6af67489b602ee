/* SPDX-License-Identifier: Apache-2.0
 *
 * Chunks grow with what is kept: a small message costs one small chunk, a large one few large ones. A slice too large
 * for a chunk gets its own.
 */
#include "message/arena.h"

#include <string.h>

#include "base/memory.h"

struct arena_chunk {
	struct arena_chunk *older;
	size_t used, room;
	uint8_t octets[];
};

#define FIRST_ROOM 488 /* with its head just below 512 */
#define MOST_ROOM 8168

void
arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

void
arena_clear(struct arena *a)
{
	struct arena_chunk *chunk = a->newest;

	while (chunk != NULL) {
		struct arena_chunk *older = chunk->older;

		memory_give_back(chunk);
		chunk = older;
	}
	arena_init(a);
}

static struct arena_chunk *
chunk_for(struct arena *a, size_t len)
{
	struct arena_chunk *chunk = a->newest;
	size_t room = FIRST_ROOM;

	if (chunk != NULL && chunk->room - chunk->used >= len)
		return chunk;
	if (chunk != NULL && chunk->room >= FIRST_ROOM)
		room = chunk->room >= MOST_ROOM / 2 ? MOST_ROOM : chunk->room * 2;
	if (room < len)
		room = len;
	if (len > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = memory_take(sizeof(*chunk) + room);
	if (chunk == NULL)
		return NULL;
	chunk->older = a->newest;
	chunk->used = 0;
	chunk->room = room;
	a->newest = chunk;
	return chunk;
}

void *
arena_room(struct arena *a, size_t count, size_t size)
{
	const size_t fit = sizeof(void *);
	struct arena_chunk *chunk;
	size_t len;

	if (__builtin_mul_overflow(count, size, &len) || len == 0 || len > SIZE_MAX - fit ||
	    (chunk = chunk_for(a, len + fit)) == NULL) {
		a->failed = true;
		return NULL;
	}
	chunk->used += (fit - chunk->used % fit) % fit; /* a chunk's octets themselves are fit */
	chunk->used += len;
	return chunk->octets + chunk->used - len;
}

struct bytes
arena_copy(struct arena *a, struct bytes b)
{
	struct arena_chunk *chunk;
	uint8_t *at;

	if (b.len == 0)
		return bytes_of(NULL, 0);
	chunk = chunk_for(a, b.len);
	if (chunk == NULL) {
		a->failed = true;
		return bytes_of(NULL, 0);
	}
	at = chunk->octets + chunk->used;
	memcpy(at, b.at, b.len);
	chunk->used += b.len;
	return bytes_of(at, b.len);
}
