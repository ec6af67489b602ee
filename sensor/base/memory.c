/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* What glibc keeps with each piece. */
#define HEAD sizeof(size_t)

static _Thread_local intptr_t taken;
static _Thread_local long granted = -1;

static bool
is_denied(void)
{
	if (granted < 0)
		return false;
	if (granted == 0)
		return true;
	granted--;
	return false;
}

static intptr_t
cost_of(void *piece)
{
	return piece == NULL ? 0 : (intptr_t)(malloc_usable_size(piece) + HEAD);
}

void *
memory_take(size_t size)
{
	void *piece = is_denied() ? NULL : malloc(size);

	taken += cost_of(piece);
	return piece;
}

void *
memory_take_zeroed(size_t count, size_t size)
{
	void *piece = is_denied() ? NULL : calloc(count, size);

	taken += cost_of(piece);
	return piece;
}

void *
memory_resize(void *piece, size_t size)
{
	intptr_t before = cost_of(piece);
	void *fresh = is_denied() ? NULL : realloc(piece, size);

	if (fresh != NULL)
		taken += cost_of(fresh) - before;
	return fresh;
}

void *
memory_resize_array(void *piece, size_t count, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(count, size, &all) ? NULL : memory_resize(piece, all);
}

void
memory_give_back(void *piece)
{
	taken -= cost_of(piece);
	free(piece);
}

size_t
memory_taken(void)
{
	return taken < 0 ? 0 : (size_t)taken;
}

void
memory_fail_after(long successes)
{
	granted = successes;
}
