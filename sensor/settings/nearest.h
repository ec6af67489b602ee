/* SPDX-License-Identifier: Apache-2.0
 *
 * nearest: which of the words that would have been right is nearest to the one that was written (edit distance with
 * swapped neighbours, after Damerau, 1964), so that a slip of the finger is answered with what was meant.
 */
#ifndef SETTINGS_NEAREST_H
#define SETTINGS_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *written;
	const char *word; /* the nearest so far that is near enough to be meant; NULL: none */
	size_t distance;  /* of it */
};

/* `written` and all words offered are borrowed. */
void nearest_init(struct nearest *, const char *written);
void nearest_offer(struct nearest *, const char *word);

/* Insertions, deletions, replacements and swaps that make one of the other, without regard to case, and with "-" the
 * same as "_". Words longer than 100 octets are far from everything: (size_t)-1. */
size_t nearest_distance(const char *one, const char *other);

#endif
