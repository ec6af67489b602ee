/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/line.h"

void
line_init(struct line *l, size_t ceiling)
{
	*l = (struct line){ .ceiling = ceiling };
	/* One more than the ceiling: the CR before LF is no part of it. */
	buffer_init(&l->text, ceiling + 1);
}

void
line_clear(struct line *l)
{
	buffer_clear(&l->text);
}

void
line_begin(struct line *l)
{
	buffer_reset(&l->text);
	l->octets = 0;
	l->latest = 0;
	l->complete = false;
	l->bare_lf = false;
	l->cut = false;
	l->doubtful = false;
}

void
line_lost(struct line *l)
{
	line_begin(l);
	l->doubtful = true;
}

/* `whole` is all of the line, or as much as was kept: drops a CR at the end, and what is past the ceiling. */
static void
complete(struct line *l, struct bytes whole)
{
	l->complete = true;
	if (l->latest == '\r') {
		l->octets--;
		whole = bytes_first(whole, (size_t)l->octets);
	}
	l->whole = bytes_first(whole, l->ceiling);
	l->cut = l->whole.len < l->octets;
}

size_t
line_push(struct line *l, struct bytes in)
{
	size_t lf = bytes_find(in, '\n'), text = lf == BYTES_NOWHERE ? in.len : lf;
	struct bytes whole = bytes_first(in, text);
	bool at_once;

	if (l->complete)
		line_begin(l);
	at_once = l->octets == 0 && lf != BYTES_NOWHERE;
	if (text > 0) {
		if (!at_once)
			(void)buffer_append(&l->text, whole);
		l->octets += text;
		l->latest = in.at[text - 1];
	}
	if (lf == BYTES_NOWHERE)
		return in.len;
	l->bare_lf = l->latest != '\r';
	complete(l, at_once ? whole : buffer_bytes(&l->text));
	return lf + 1;
}

bool
line_is_open(const struct line *l)
{
	return !l->complete && l->octets > 0;
}

bool
line_is_calm(const struct line *l)
{
	return l->complete || (l->octets == 0 && !l->doubtful);
}

void
line_end(struct line *l)
{
	if (line_is_open(l))
		complete(l, buffer_bytes(&l->text));
}

struct bytes
line_text(const struct line *l)
{
	return l->complete ? l->whole : buffer_bytes(&l->text);
}
