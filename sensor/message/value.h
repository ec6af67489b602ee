/* SPDX-License-Identifier: Apache-2.0
 *
 * value: octets of a header field made into text that the message keeps: valid UTF-8, without line ends, no longer than
 * the ceiling. A cut one ends in U+2026 and is counted.
 */
#ifndef MESSAGE_VALUE_H
#define MESSAGE_VALUE_H

#include "message/arena.h"
#include "base/buffer.h"

struct values {
	struct arena *arena;
	size_t ceiling;
	struct buffer decoded, text; /* for work, reused */
	bool cut;                    /* one or more values were */
};

void values_init(struct values *, struct arena *, size_t ceiling);
void values_clear(struct values *);

/* All of these trim the blanks at both ends and give what lives as long as the arena; the empty slice when memory is
 * short, which counts as cut. */

/* Encoded words (RFC 2047) decoded. */
struct bytes values_words(struct values *, struct bytes raw);

/* As it is, but for octets that are not UTF-8. */
struct bytes values_plain(struct values *, struct bytes raw);

/* The same, ASCII in lower case. */
struct bytes values_lower(struct values *, struct bytes raw);

/* What a filler appended to `decoded`, which it was handed empty. */
struct bytes values_decoded(struct values *);

/* `decoded`, emptied, to be filled for values_decoded(). */
struct buffer *values_begin(struct values *);

#endif
