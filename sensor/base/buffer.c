/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <string.h>

#include "base/memory.h"

void
buffer_init(struct buffer *b, size_t ceiling)
{
	*b = (struct buffer){ .ceiling = ceiling };
}

/* Makes room for `need` octets in all (at most the ceiling). Doubles, so that n appends cost O(n). */
static bool
grow(struct buffer *b, size_t need)
{
	size_t room = b->room < 32 ? 64 : b->room > b->ceiling / 2 ? b->ceiling : b->room * 2;
	uint8_t *at;

	if (room < need)
		room = need;
	if (room > b->ceiling)
		room = b->ceiling;
	at = memory_resize(b->at, room);
	if (at == NULL)
		return false;
	b->at = at;
	b->room = room;
	return true;
}

bool
buffer_append(struct buffer *b, struct bytes more)
{
	size_t free_room = b->ceiling - b->len;

	if (more.len > free_room) {
		b->cut = true;
		more.len = free_room;
	}
	if (more.len == 0)
		return !b->cut;
	if (b->len + more.len > b->room && !grow(b, b->len + more.len)) {
		b->cut = true;
		return false;
	}
	memcpy(b->at + b->len, more.at, more.len);
	b->len += more.len;
	return !b->cut;
}

bool
buffer_append_octet(struct buffer *b, uint8_t octet)
{
	return buffer_append(b, bytes_of(&octet, 1));
}

void
buffer_reset(struct buffer *b)
{
	b->len = 0;
	b->cut = false;
}

void
buffer_clear(struct buffer *b)
{
	memory_give_back(b->at);
	buffer_init(b, b->ceiling);
}

struct bytes
buffer_bytes(const struct buffer *b)
{
	return bytes_of(b->at, b->len);
}
