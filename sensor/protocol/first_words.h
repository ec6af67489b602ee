/* SPDX-License-Identifier: Apache-2.0
 *
 * first_words: what the two sides of a connection said first, as long as nobody knows what they speak, and what it may be.
 */
#ifndef PROTOCOL_FIRST_WORDS_H
#define PROTOCOL_FIRST_WORDS_H

#include "base/buffer.h"
#include "protocol/protocol.h"

/* Octets that are kept: a greeting and a first command fit many times over. */
#define FIRST_WORDS_MAX 1024
#define FIRST_WORDS_STRETCHES 8

struct first_words {
	struct buffer octets; /* both directions, in order */
	struct {
		enum direction from;
		uint16_t len;
	} stretches[FIRST_WORDS_STRETCHES];
	unsigned count;
};

struct first_words *first_words_new(void);     /* NULL when memory is short */
void first_words_free(struct first_words *);   /* NULL is fine */

/* Keeps as much as there is room for; returns how much. */
size_t first_words_keep(struct first_words *, enum direction, struct bytes);

/* The stretches, in order: false when there is none at *at, which begins at 0 and counts on. */
bool first_words_next(const struct first_words *, unsigned *at, struct bytes *rest, enum direction *, struct bytes *);

enum spoken {
	SPOKEN_KNOWN,   /* *row is the one */
	SPOKEN_UNCLEAR, /* more words may tell */
	SPOKEN_UNKNOWN, /* nothing we know */
};

/* By what each side said: the row of the port, if nothing speaks against it, else the row that fits best. Without a word
 * the port (NULL: it promises nothing) decides. */
enum spoken first_words_judge(const struct bytes said[2], const struct protocol *by_port, const struct protocol **row);

/* The same for what was kept. */
enum spoken first_words_judge_kept(const struct first_words *, const struct protocol *by_port,
    const struct protocol **row);

#endif
