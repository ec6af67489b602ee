/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/inflater.h"

#include <zlib.h>

#include "base/memory.h"

#define PIECE 8192

struct inflater {
	z_stream z;
	uint64_t ratio, in, out;
	bool bad, bomb;
};

static void *
take_memory(void *arg, unsigned count, unsigned size)
{
	(void)arg;
	return memory_take_zeroed(count, size);
}

static void
give_memory(void *arg, void *piece)
{
	(void)arg;
	memory_give_back(piece);
}

struct inflater *
inflater_new(uint64_t ratio)
{
	struct inflater *i = memory_take_zeroed(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	i->ratio = ratio;
	i->z.zalloc = take_memory;
	i->z.zfree = give_memory;
	if (inflateInit2(&i->z, -MAX_WBITS) != Z_OK) {
		memory_give_back(i);
		return NULL;
	}
	return i;
}

void
inflater_free(struct inflater *i)
{
	if (i == NULL)
		return;
	(void)inflateEnd(&i->z);
	memory_give_back(i);
}

bool
inflater_push(struct inflater *i, struct bytes in, bool (*take)(void *arg, struct bytes), void *arg)
{
	uint8_t piece[PIECE];

	i->in += in.len;
	/* zlib's own type is not const. */
	i->z.next_in = (uint8_t *)(uintptr_t)in.at;
	i->z.avail_in = (unsigned)in.len;
	while (!i->bad) {
		int result;
		size_t len;

		i->z.next_out = piece;
		i->z.avail_out = sizeof(piece);
		result = inflate(&i->z, Z_SYNC_FLUSH);
		len = sizeof(piece) - i->z.avail_out;
		i->out += len;
		i->bomb = i->out > INFLATER_FREE && i->out / i->ratio > i->in;
		/* Without input, or without output: there is no more for now. */
		i->bad = i->bomb || (result != Z_OK && result != Z_BUF_ERROR);
		if (len > 0 && !i->bomb && !take(arg, bytes_of(piece, len)))
			break;
		if (len < sizeof(piece) && i->z.avail_in == 0)
			break;
		if (len == 0 && result == Z_BUF_ERROR)
			break;
	}
	return !i->bad;
}

bool
inflater_is_bomb(const struct inflater *i)
{
	return i->bomb;
}
