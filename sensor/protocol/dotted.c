/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dotted.h"

#include <string.h>

void
dotted_lost(struct dotted *d)
{
	*d = (struct dotted){ .state = DOTTED_TEXT };
}

/* In text: the first dot that begins a line, or the end. What is encoded in base64 has no dots, and is looked at once. */
static size_t
next_dot(const struct dotted *d, struct bytes in)
{
	for (size_t at = 0; at < in.len; at++) {
		const uint8_t *dot = memchr(in.at + at, '.', in.len - at);

		if (dot == NULL)
			break;
		at = (size_t)(dot - in.at);
		if ((at == 0 ? d->latest : in.at[at - 1]) == '\n')
			return at;
	}
	return in.len;
}

struct run {
	void (*take)(void *, struct bytes);
	void *arg;
};

static void
hand_on(const struct run *r, struct bytes text)
{
	if (r->take != NULL && text.len > 0)
		r->take(r->arg, text);
}

/* The octet behind a dot that began a line. True when the answer ended with it. */
static bool
behind_dot(struct dotted *d, const struct run *r, uint8_t octet)
{
	if (octet == '\n')
		return true;
	if (d->state == DOTTED_DOT && octet == '\r') {
		d->state = DOTTED_DOT_CR;
		return false;
	}
	/* The dot was stuffed, and is dropped; a CR behind it was not its end. */
	if (d->state == DOTTED_DOT_CR)
		hand_on(r, BYTES("\r"));
	d->state = DOTTED_TEXT;
	d->latest = '.';
	return false;
}

size_t
dotted_push(struct dotted *d, struct bytes in, void (*take)(void *arg, struct bytes), void *arg, bool *ended)
{
	struct run run = { take, arg };
	size_t n = 0, len;

	*ended = false;
	while (n < in.len) {
		struct bytes rest = bytes_skip(in, n);

		switch (d->state) {
		case DOTTED_START:
			if (rest.at[0] == '.') {
				d->state = DOTTED_DOT;
				n++;
				break;
			}
			d->state = DOTTED_TEXT;
			d->latest = 0;
			/* fallthrough */
		case DOTTED_TEXT:
			len = next_dot(d, rest);
			hand_on(&run, bytes_first(rest, len));
			if (len > 0)
				d->latest = rest.at[len - 1];
			n += len;
			if (len < rest.len)
				d->state = DOTTED_START;
			break;
		case DOTTED_DOT:
		case DOTTED_DOT_CR:
			if (behind_dot(d, &run, rest.at[0])) {
				*ended = true;
				return n + 1;
			}
			/* What stands behind a stuffed dot is text like any other. */
			n += d->state == DOTTED_DOT_CR;
			break;
		}
	}
	return n;
}
