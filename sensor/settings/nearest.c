/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/nearest.h"

#include <string.h>

#include "base/bytes.h"

#define LONGEST 100

static uint8_t
folded(char letter)
{
	return letter == '-' ? '_' : ascii_lower((uint8_t)letter);
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t two = a < b ? a : b;

	return two < c ? two : c;
}

size_t
nearest_distance(const char *one, const char *other)
{
	size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t m = strlen(one), n = strlen(other);

	if (m > LONGEST || n > LONGEST)
		return (size_t)-1;
	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t differs = folded(one[i - 1]) != folded(other[j - 1]);

			now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + differs);
			if (i > 1 && j > 1 && folded(one[i - 1]) == folded(other[j - 2]) &&
			    folded(one[i - 2]) == folded(other[j - 1]) && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[n];
}

void
nearest_init(struct nearest *n, const char *written)
{
	*n = (struct nearest){ .written = written };
}

void
nearest_offer(struct nearest *n, const char *word)
{
	size_t distance = nearest_distance(n->written, word), len = strlen(n->written);
	size_t allowed = len < 2 ? 0 : len < 4 ? 1 : len / 3; /* one letter hints at nothing */

	if (distance > allowed || (n->word != NULL && distance >= n->distance))
		return;
	n->word = word;
	n->distance = distance;
}
