/* SPDX-License-Identifier: Apache-2.0
 *
 * word_list: short words in the order they came, in one piece of memory, for the report on a session.
 */
#ifndef PROTOCOL_WORD_LIST_H
#define PROTOCOL_WORD_LIST_H

#include "base/buffer.h"
#include "message/arena.h"
#include "observe/observation.h"

#define WORD_MAX 255

/* All zero is an empty list. */
struct word_list {
	uint8_t *at; /* [length, octets]* */
	uint32_t len, room;
	uint32_t count;
	uint64_t dropped;
};

/* Adds a word, at most WORD_MAX octets of it, unless there are `ceiling` already or memory is short: then it is counted. */
void word_list_add(struct word_list *, struct bytes word, size_t ceiling);

/* Empty again. */
void word_list_clear(struct word_list *);

/* The words as slices of the list, which may not change meanwhile; the array lives in the arena. */
struct slices word_list_slices(const struct word_list *, struct arena *);

#endif
