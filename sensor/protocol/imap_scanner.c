/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/imap_scanner.h"

#include <string.h>

void
imap_scanner_init(struct imap_scanner *s, size_t ceiling)
{
	memset(s, 0, sizeof(*s));
	line_init(&s->line, ceiling);
}

void
imap_scanner_clear(struct imap_scanner *s)
{
	line_clear(&s->line);
}

bool
imap_scanner_is_calm(const struct imap_scanner *s)
{
	return !s->in_literal && !s->continued && line_is_calm(&s->line);
}

void
imap_scanner_refuse(struct imap_scanner *s)
{
	if (!s->in_literal || s->literal_left != s->literal_size)
		return;
	s->in_literal = s->continued = false;
	line_begin(&s->line);
	s->tail_len = 0;
}

/* Keeps the last octets of what belongs to the line. */
static void
note_tail(struct imap_scanner *s, struct bytes part)
{
	size_t keep;

	if (part.len >= sizeof(s->tail)) {
		memcpy(s->tail, part.at + part.len - sizeof(s->tail), sizeof(s->tail));
		s->tail_len = sizeof(s->tail);
		return;
	}
	keep = sizeof(s->tail) - part.len;
	if (keep > s->tail_len)
		keep = s->tail_len;
	memmove(s->tail, s->tail + s->tail_len - keep, keep);
	if (part.len > 0)
		memcpy(s->tail + keep, part.at, part.len);
	s->tail_len = (uint8_t)(keep + part.len);
}

/* "{12}", "{12+}", "~{12}" at the end of a line: how long it is, or 0. */
static size_t
read_marker(struct bytes tail, uint64_t *size, bool *synchronizing)
{
	size_t open = bytes_find_last(tail, '{');
	struct bytes number;

	if (tail.len == 0 || tail.at[tail.len - 1] != '}' || open == BYTES_NOWHERE)
		return 0;
	number = bytes_of(tail.at + open + 1, tail.len - open - 2);
	*synchronizing = true;
	if (number.len > 0 && (number.at[number.len - 1] == '+' || number.at[number.len - 1] == '-')) {
		*synchronizing = false;
		number.len--;
	}
	if (!bytes_decimal(number, UINT64_MAX, size))
		return 0;
	if (open > 0 && tail.at[open - 1] == '~')
		open--;
	return tail.len - open;
}

static struct bytes
without_end(struct bytes tail)
{
	if (tail.len > 0 && tail.at[tail.len - 1] == '\n')
		tail.len--;
	if (tail.len > 0 && tail.at[tail.len - 1] == '\r')
		tail.len--;
	return tail;
}

static void
end_line(struct imap_scanner *s, const struct imap_listener *l, void *arg)
{
	struct bytes text = line_text(&s->line), tail = without_end(bytes_of(s->tail, s->tail_len));
	uint64_t size = 0;
	bool synchronizing = false, lost = s->line.doubtful;
	size_t marker = lost ? 0 : read_marker(tail, &size, &synchronizing);

	s->tail_len = 0;
	if (lost) {
		/* Its beginning is missing. What it was is not known, and what follows may be anything. */
		s->continued = false;
		return;
	}
	if (marker > 0 && !s->line.cut && marker <= text.len)
		text.len -= marker;
	s->continued = l->text(arg, text, marker > 0, size) && marker > 0;
	s->doubtful = false;
	if (!s->continued)
		return;
	s->in_literal = true;
	s->synchronizing = synchronizing;
	s->literal_left = s->literal_size = size;
	if (size > 0)
		return;
	s->in_literal = false;
	l->literal(arg, (struct bytes){ 0 }, true);
}

static size_t
take_literal(struct imap_scanner *s, struct bytes in, const struct imap_listener *l, void *arg)
{
	struct bytes part = bytes_first(in, in.len < s->literal_left ? in.len : (size_t)s->literal_left);

	s->literal_left -= part.len;
	s->in_literal = s->literal_left > 0;
	if (!s->in_literal)
		line_begin(&s->line);
	l->literal(arg, part, !s->in_literal);
	return part.len;
}

size_t
imap_scanner_push(struct imap_scanner *s, struct bytes in, const struct imap_listener *l, void *arg)
{
	size_t n = 0;

	while (n < in.len) {
		struct bytes rest = bytes_skip(in, n);
		size_t len;

		if (s->in_literal) {
			n += take_literal(s, rest, l, arg);
			continue;
		}
		len = line_push(&s->line, rest);
		note_tail(s, bytes_first(rest, len));
		n += len;
		if (s->line.complete) {
			end_line(s, l, arg);
			return n;
		}
	}
	return n;
}

void
imap_scanner_gap(struct imap_scanner *s, uint64_t missing, const struct imap_listener *l, void *arg)
{
	if (s->in_literal && missing > 0 && missing <= s->literal_left) {
		s->literal_left -= missing;
		s->in_literal = s->literal_left > 0;
		if (!s->in_literal)
			line_begin(&s->line);
		l->hole(arg, missing, !s->in_literal);
		return;
	}
	if (s->in_literal)
		l->hole(arg, s->literal_left, true);
	s->in_literal = s->continued = false;
	s->doubtful = true;
	s->tail_len = 0;
	l->broken(arg);
	line_lost(&s->line);
}
