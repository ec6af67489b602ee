/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/first_words.h"

#include <string.h>

#include "base/memory.h"

struct first_words *
first_words_new(void)
{
	struct first_words *w = memory_take_zeroed(1, sizeof(*w));

	if (w != NULL)
		buffer_init(&w->octets, FIRST_WORDS_MAX);
	return w;
}

void
first_words_free(struct first_words *w)
{
	if (w != NULL)
		buffer_clear(&w->octets);
	memory_give_back(w);
}

size_t
first_words_keep(struct first_words *w, enum direction from, struct bytes data)
{
	size_t kept = w->octets.len;

	if (w->count == 0 || w->stretches[w->count - 1].from != from) {
		if (w->count == FIRST_WORDS_STRETCHES)
			return 0;
		w->stretches[w->count++].from = from;
	}
	(void)buffer_append(&w->octets, data);
	kept = w->octets.len - kept;
	w->stretches[w->count - 1].len = (uint16_t)(w->stretches[w->count - 1].len + kept);
	return kept;
}

bool
first_words_next(const struct first_words *w, unsigned *at, struct bytes *rest, enum direction *from, struct bytes *stretch)
{
	if (*at == w->count)
		return false;
	if (*at == 0)
		*rest = buffer_bytes(&w->octets);
	*from = w->stretches[*at].from;
	*stretch = bytes_first(*rest, w->stretches[*at].len);
	*rest = bytes_skip(*rest, stretch->len);
	++*at;
	return true;
}

enum spoken
first_words_judge(const struct bytes said[2], const struct protocol *by_port, const struct protocol **row)
{
	const struct protocol *best = NULL;
	bool port_fits = by_port != NULL, possible = false;
	enum recognition best_how = RECOGNISED_NOT;

	for (int from = FROM_CLIENT; from <= FROM_SERVER && port_fits; from++)
		port_fits = said[from].len == 0 ||
		    by_port->recognises((enum direction)from, said[from]) != RECOGNISED_NOT;
	for (int from = FROM_CLIENT; from <= FROM_SERVER && !port_fits; from++) {
		enum recognition how = RECOGNISED_NOT;
		const struct protocol *hit;

		if (said[from].len == 0)
			continue;
		hit = protocol_by_content((enum direction)from, said[from], &how);
		if (hit != NULL && how > best_how) {
			best = hit;
			best_how = how;
		}
		possible |= how >= RECOGNISED_MAYBE;
	}
	*row = port_fits ? by_port : best;
	if (*row != NULL)
		return SPOKEN_KNOWN;
	return possible ? SPOKEN_UNCLEAR : SPOKEN_UNKNOWN;
}

enum spoken
first_words_judge_kept(const struct first_words *w, const struct protocol *by_port, const struct protocol **row)
{
	uint8_t room[2][FIRST_WORDS_MAX];
	struct bytes said[2] = { { room[0], 0 }, { room[1], 0 } }, rest, stretch;
	enum direction from;

	for (unsigned at = 0; w != NULL && first_words_next(w, &at, &rest, &from, &stretch);) {
		if (stretch.len > 0)
			memcpy(room[from] + said[from].len, stretch.at, stretch.len);
		said[from].len += stretch.len;
	}
	return first_words_judge(said, by_port, row);
}
