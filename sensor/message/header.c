/* SPDX-License-Identifier: Apache-2.0
 *
 * A field is handed on when the line after it shows that it does not go on. Octets past the ceiling are read for the
 * end of the block only.
 */
#include "message/header.h"

#include <string.h>

void
header_init(struct header *h, const struct header_listener *listener, void *arg, size_t ceiling)
{
	*h = (struct header){ .listener = listener, .arg = arg, .ceiling = ceiling };
	buffer_init(&h->name, HEADER_NAME_MAX);
	buffer_init(&h->value, ceiling);
}

void
header_clear(struct header *h)
{
	buffer_clear(&h->name);
	buffer_clear(&h->value);
}

void
header_begin(struct header *h)
{
	h->state = HEADER_LINE_START;
	h->line_len = h->name_len = h->taken = 0;
	h->pending = h->wanted = h->value_cut = h->bad_name = h->cut = false;
	h->lines = 0;
	h->fields = 0;
}

static void
hand_on(struct header *h)
{
	bool cut = h->value_cut || h->value.cut;

	if (h->pending && h->wanted)
		h->listener->field(h->arg, buffer_bytes(&h->name), buffer_bytes(&h->value), cut);
	h->pending = h->wanted = false;
}

static bool
is_over(const struct header *h)
{
	return h->taken > h->ceiling;
}

/* The name is known: whether there is a field, and whether anybody wants it. */
static void
begin_value(struct header *h)
{
	struct bytes name = bytes_of(h->line, h->name_len);

	h->state = HEADER_SKIP;
	if (is_over(h)) {
		h->cut = true;
		return;
	}
	h->fields = 1;
	h->pending = true;
	h->state = HEADER_VALUE;
	h->value_cut = false;
	h->wanted = h->listener->wants(h->arg, name);
	buffer_reset(&h->name);
	buffer_reset(&h->value);
	if (h->wanted && !buffer_append(&h->name, name))
		h->wanted = false;
}

/* Whether a line that begins with "From " is that of an mbox: there is a time in it. */
static bool
is_mbox_line(struct bytes line)
{
	for (size_t i = 0; i + 4 < line.len; i++)
		if (line.at[i + 2] == ':' && ascii_is_digit(line.at[i]) && ascii_is_digit(line.at[i + 1]) &&
		    ascii_is_digit(line.at[i + 3]) && ascii_is_digit(line.at[i + 4]))
			return true;
	return false;
}

/* Each of these takes one octet at the start of a line; they say whether the header goes on. */

static enum header_verdict
push_line_start(struct header *h, uint8_t c)
{
	if (ascii_is_blank(c)) {
		if (h->lines == 0)
			return HEADER_IS_BODY;
		h->state = h->pending ? HEADER_VALUE : HEADER_SKIP;
		return HEADER_GOES_ON;
	}
	hand_on(h);
	if (c == '\n')
		return HEADER_ENDED;
	h->line_len = h->name_len = 0;
	h->bad_name = false;
	h->state = c == '\r' ? HEADER_BLANK_CR : HEADER_NAME;
	return HEADER_GOES_ON;
}

static enum header_verdict
push_name(struct header *h, uint8_t c)
{
	bool follows_lines = h->lines > 0;

	if (c == ':') {
		if (h->name_len == 0 || h->bad_name) {
			if (!follows_lines)
				return HEADER_IS_BODY;
			h->state = HEADER_SKIP;
			return HEADER_GOES_ON;
		}
		begin_value(h);
		return HEADER_GOES_ON;
	}
	if (h->state == HEADER_NAME && ascii_is_blank(c) && h->name_len > 0) {
		h->state = HEADER_NAME_BLANK;
		if (!follows_lines && (bytes_equal(bytes_of(h->line, h->line_len), BYTES("From")) ||
		    bytes_equal(bytes_of(h->line, h->line_len), BYTES(">From"))))
			h->state = HEADER_MBOX;
		return HEADER_GOES_ON;
	}
	if (c == '\n' || ascii_is_blank(c) != (h->state == HEADER_NAME_BLANK))
		return HEADER_IS_BODY;
	if (h->state == HEADER_NAME)
		h->name_len = h->line_len + 1;
	h->bad_name |= c < 0x21 || c > 0x7e;
	return HEADER_GOES_ON;
}

static enum header_verdict
push_mbox(struct header *h, uint8_t c)
{
	if (c != '\n')
		return HEADER_GOES_ON;
	if (!is_mbox_line(bytes_of(h->line, h->line_len)))
		return HEADER_IS_BODY;
	h->state = HEADER_LINE_START;
	h->lines++;
	return HEADER_GOES_ON;
}

static enum header_verdict
push_blank_cr(struct header *h, uint8_t c)
{
	if (c == '\n')
		return HEADER_ENDED;
	if (c != '\r') {
		h->state = HEADER_NAME;
		h->name_len = h->line_len;
		h->bad_name = true;
		return push_name(h, c);
	}
	return HEADER_GOES_ON;
}

/* One octet before the colon; kept, so that it can be given back. */
static enum header_verdict
push_octet(struct header *h, uint8_t c)
{
	enum header_verdict verdict;

	if (h->line_len == HEADER_NAME_MAX)
		return HEADER_IS_BODY;
	if (h->state == HEADER_BLANK_CR)
		verdict = push_blank_cr(h, c);
	else if (h->state == HEADER_MBOX)
		verdict = push_mbox(h, c);
	else
		verdict = push_name(h, c);
	if (verdict == HEADER_GOES_ON && h->state != HEADER_VALUE && h->state != HEADER_SKIP)
		h->line[h->line_len++] = c;
	return verdict;
}

/* As much of a value as there is, its line end included; returns the octets taken. */
static size_t
push_value(struct header *h, struct bytes in)
{
	const uint8_t *end = memchr(in.at, '\n', in.len);
	size_t len = end == NULL ? in.len : (size_t)(end - in.at);

	if (h->state == HEADER_VALUE && h->wanted) {
		size_t room = is_over(h) ? 0 : h->ceiling - h->taken;

		if (len > room) {
			h->cut = true;
			h->value_cut = true;
		}
		(void)buffer_append(&h->value, bytes_first(in, len < room ? len : room));
	}
	if (end == NULL)
		return len;
	while (h->value.len > 0 && h->value.at[h->value.len - 1] == '\r')
		h->value.len--;
	h->state = HEADER_LINE_START;
	h->lines++;
	return len + 1;
}

size_t
header_push(struct header *h, struct bytes in, enum header_verdict *verdict)
{
	size_t at = 0;

	*verdict = HEADER_GOES_ON;
	while (at < in.len && *verdict == HEADER_GOES_ON) {
		size_t n = 1;

		if (h->state == HEADER_VALUE || h->state == HEADER_SKIP) {
			n = push_value(h, bytes_skip(in, at));
		} else if (h->state == HEADER_LINE_START) {
			*verdict = push_line_start(h, in.at[at]);
			if (*verdict == HEADER_GOES_ON && h->state == HEADER_NAME) {
				n = 0; /* it begins a name */
			} else if (h->state == HEADER_BLANK_CR) {
				h->line[h->line_len++] = '\r';
			} else if (h->state == HEADER_VALUE) {
				n = 0; /* the blank is part of the value */
			}
		} else {
			*verdict = push_octet(h, in.at[at]);
		}
		if (*verdict == HEADER_IS_BODY)
			break;
		at += n;
		h->taken += n;
	}
	if (*verdict == HEADER_IS_BODY)
		hand_on(h);
	return at;
}

struct bytes
header_undecided(const struct header *h)
{
	if (h->state == HEADER_VALUE || h->state == HEADER_SKIP || h->state == HEADER_LINE_START)
		return bytes_of(NULL, 0);
	return bytes_of(h->line, h->line_len);
}

void
header_gap(struct header *h)
{
	if (h->state == HEADER_LINE_START)
		hand_on(h);
	h->pending = h->wanted = false;
	h->state = HEADER_SKIP;
	h->line_len = 0;
	if (h->lines == 0)
		h->lines = 1;
}

void
header_finish(struct header *h)
{
	if (h->state == HEADER_VALUE)
		while (h->value.len > 0 && h->value.at[h->value.len - 1] == '\r')
			h->value.len--;
	hand_on(h);
}
