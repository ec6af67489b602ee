/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/line.h"

void
line_init(struct line *l, size_t ceiling)
{
	*l = (struct line){ 0 };
	buffer_init(&l->text, ceiling);
}

void
line_clear(struct line *l)
{
	buffer_clear(&l->text);
}

static void
begin(struct line *l)
{
	buffer_reset(&l->text);
	l->complete = false;
	l->bare_lf = false;
	l->cut = false;
	l->doubtful = false;
}

size_t
line_push(struct line *l, struct bytes in)
{
	size_t lf = bytes_find(in, '\n'), used = lf == BYTES_NOWHERE ? in.len : lf + 1;

	if (l->complete)
		begin(l);
	/* The ceiling is for the text: CR and LF at its end are stepped over below. */
	if (!buffer_append(&l->text, bytes_first(in, used)))
		l->cut = true;
	if (lf == BYTES_NOWHERE)
		return used;
	l->complete = true;
	if (l->cut)
		return used;
	l->text.len--;
	if (l->text.len > 0 && l->text.at[l->text.len - 1] == '\r')
		l->text.len--;
	else
		l->bare_lf = true;
	return used;
}

struct bytes
line_text(const struct line *l)
{
	return buffer_bytes(&l->text);
}

void
line_lost(struct line *l)
{
	begin(l);
	l->doubtful = true;
}
