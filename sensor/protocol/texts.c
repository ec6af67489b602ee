/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/texts.h"

#include <string.h>

#include "base/memory.h"

void
texts_init(struct texts *t, size_t ceiling)
{
	*t = (struct texts){ .ceiling = ceiling };
}

static bool
grow(struct texts *t)
{
	size_t room = t->room == 0 ? 8 : t->room * 2;
	struct bytes *at = memory_resize(t->at, room * sizeof(*at));

	if (at == NULL)
		return false;
	t->at = at;
	t->room = room;
	return true;
}

bool
texts_add(struct texts *t, struct bytes b)
{
	uint8_t *copy;

	if (t->len >= t->ceiling || (t->len == t->room && !grow(t)) || (copy = memory_take(b.len + 1)) == NULL) {
		t->dropped++;
		return false;
	}
	if (b.len > 0)
		memcpy(copy, b.at, b.len);
	t->at[t->len++] = bytes_of(copy, b.len);
	return true;
}

void
texts_remove(struct texts *t, size_t index)
{
	memory_give_back((void *)(uintptr_t)t->at[index].at);
	memmove(t->at + index, t->at + index + 1, (t->len - index - 1) * sizeof(*t->at));
	t->len--;
}

struct slices
texts_slices(const struct texts *t)
{
	return (struct slices){ .at = t->at, .len = t->len, .dropped = t->dropped };
}

void
texts_clear(struct texts *t)
{
	for (size_t i = 0; i < t->len; i++)
		memory_give_back((void *)(uintptr_t)t->at[i].at);
	memory_give_back(t->at);
	texts_init(t, t->ceiling);
}
