/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/word_list.h"

#include <string.h>

#include "base/memory.h"

#define ROOM_FIRST 32

static bool
make_room(struct word_list *w, uint32_t more)
{
	uint32_t room = w->room == 0 ? ROOM_FIRST : w->room;
	uint8_t *at;

	if (w->room - w->len >= more)
		return true;
	while (room - w->len < more) {
		if (room > UINT32_MAX / 2)
			return false;
		room *= 2;
	}
	at = memory_resize(w->at, room);
	if (at == NULL)
		return false;
	w->at = at;
	w->room = room;
	return true;
}

void
word_list_add(struct word_list *w, struct bytes word, size_t ceiling)
{
	word = bytes_first(word, WORD_MAX);
	if (w->count >= ceiling || !make_room(w, (uint32_t)word.len + 1)) {
		w->dropped++;
		return;
	}
	w->at[w->len++] = (uint8_t)word.len;
	if (word.len > 0)
		memcpy(w->at + w->len, word.at, word.len);
	w->len += (uint32_t)word.len;
	w->count++;
}

void
word_list_clear(struct word_list *w)
{
	memory_give_back(w->at);
	*w = (struct word_list){ 0 };
}

struct slices
word_list_slices(const struct word_list *w, struct arena *arena)
{
	struct bytes *at = w->count > 0 ? arena_room(arena, w->count, sizeof(*at)) : NULL;
	struct slices s = { .at = at, .dropped = w->dropped };

	if (at == NULL) {
		s.dropped += w->count;
		return s;
	}
	for (uint32_t i = 0; i < w->len; i += w->at[i] + 1u)
		at[s.len++] = bytes_of(w->at + i + 1, w->at[i]);
	return s;
}
