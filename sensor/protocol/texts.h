/* SPDX-License-Identifier: Apache-2.0
 *
 * texts: a list of copied slices under a ceiling; what is past it is counted.
 */
#ifndef PROTOCOL_TEXTS_H
#define PROTOCOL_TEXTS_H

#include "observe/observation.h"

struct texts {
	struct bytes *at; /* each owned */
	size_t len, room, ceiling;
	uint64_t dropped;
};

void texts_init(struct texts *, size_t ceiling);

/* Copies the slice to the end. False when it was dropped. */
bool texts_add(struct texts *, struct bytes);

/* Takes the entry out; the ones behind it move up. */
void texts_remove(struct texts *, size_t index);

struct slices texts_slices(const struct texts *);
void texts_clear(struct texts *);

#endif
