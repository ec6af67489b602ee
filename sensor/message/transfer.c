/* SPDX-License-Identifier: Apache-2.0
 *
 * quoted-printable: blanks at the end of a line are not content (rule 3), "=" at its end joins it with the next (rule
 * 5). What is no proper "=XX" stands for itself.
 */
#include "message/transfer.h"

#include "message/hex.h"

#include <string.h>

enum transfer_encoding
transfer_encoding_of(struct bytes name)
{
	if (bytes_equal(name, BYTES("base64")))
		return ENCODING_BASE64;
	if (bytes_equal(name, BYTES("quoted-printable")))
		return ENCODING_QUOTED_PRINTABLE;
	return ENCODING_IDENTITY;
}

void
transfer_init(struct transfer *t, enum transfer_encoding encoding)
{
	t->encoding = encoding;
	t->sloppy = false;
	base64_init(&t->base64);
	t->state = QUOTED_TEXT;
	t->blank_count = 0;
}

void
transfer_gap(struct transfer *t)
{
	enum transfer_encoding encoding = t->encoding;

	transfer_init(t, encoding);
	t->sloppy = true;
}

static size_t
flush_blanks(struct transfer *t, uint8_t *out)
{
	size_t n = t->blank_count;

	memcpy(out, t->blanks, n);
	t->blank_count = 0;
	return n;
}

/* One octet that is not plain text, or stands where none can be; *again when it is to be read once more as text. */
static size_t
push_quoted_octet(struct transfer *t, uint8_t c, uint8_t *out, bool *again)
{
	size_t n = 0;

	switch (t->state) {
	case QUOTED_TEXT:
		break;
	case QUOTED_EQUALS:
		if (hex_value(c) != HEX_NONE) {
			t->digit = c;
			t->state = QUOTED_HEX;
			return 0;
		}
		/* fall through */
	case QUOTED_SOFT_BLANK:
		if (ascii_is_blank(c) && t->blank_count < QUOTED_BLANKS_MAX) {
			t->blanks[t->blank_count++] = c;
			t->state = QUOTED_SOFT_BLANK;
			return 0;
		}
		if (c == '\r' || c == '\n') {
			t->blank_count = 0;
			t->state = c == '\r' ? QUOTED_SOFT_CR : QUOTED_TEXT;
			return 0;
		}
		t->sloppy = true;
		out[n++] = '=';
		n += flush_blanks(t, out + n);
		break;
	case QUOTED_HEX:
		if (hex_octet(bytes_of((const uint8_t[]){ t->digit, c }, 2), out)) {
			t->state = QUOTED_TEXT;
			return 1;
		}
		t->sloppy = true;
		out[n++] = '=';
		out[n++] = t->digit;
		break;
	case QUOTED_SOFT_CR:
		t->state = QUOTED_TEXT;
		if (c == '\n')
			return 0;
		break;
	}
	t->state = QUOTED_TEXT;
	*again = true;
	return n;
}

/* 1: what ends a run of plain text. */
static const uint8_t stops[256] = { ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, [' '] = 1, ['='] = 1 };

static size_t
push_quoted_text(struct transfer *t, struct bytes in, uint8_t *out, size_t *taken)
{
	size_t i = 0, n = 0;

	while (i < in.len && t->state == QUOTED_TEXT) {
		uint8_t c = in.at[i];

		if (!stops[c]) {
			size_t start = i;

			n += flush_blanks(t, out + n);
			while (i < in.len && !stops[in.at[i]])
				i++;
			memcpy(out + n, in.at + start, i - start);
			n += i - start;
			continue;
		}
		i++;
		if (ascii_is_blank(c)) {
			if (t->blank_count == QUOTED_BLANKS_MAX)
				n += flush_blanks(t, out + n);
			t->blanks[t->blank_count++] = c;
		} else if (c == '=') {
			n += flush_blanks(t, out + n);
			t->state = QUOTED_EQUALS;
		} else {
			t->blank_count = 0;
			out[n++] = c;
		}
	}
	*taken = i;
	return n;
}

static size_t
push_quoted(struct transfer *t, struct bytes in, uint8_t *out)
{
	size_t n = 0;

	while (in.len > 0) {
		size_t taken = 0;
		bool again = false;

		if (t->state == QUOTED_TEXT) {
			n += push_quoted_text(t, in, out + n, &taken);
		} else {
			n += push_quoted_octet(t, in.at[0], out + n, &again);
			taken = again ? 0 : 1;
		}
		in = bytes_skip(in, taken);
	}
	return n;
}

size_t
transfer_push(struct transfer *t, struct bytes in, uint8_t *out)
{
	if (t->encoding == ENCODING_BASE64)
		return base64_push(&t->base64, in, out);
	if (t->encoding == ENCODING_QUOTED_PRINTABLE)
		return push_quoted(t, in, out);
	if (in.len > 0)
		memcpy(out, in.at, in.len);
	return in.len;
}

size_t
transfer_finish(struct transfer *t, uint8_t *out)
{
	size_t n = 0;

	if (t->encoding == ENCODING_BASE64) {
		n = base64_finish(&t->base64, out);
		t->sloppy |= t->base64.sloppy;
	} else if (t->encoding == ENCODING_QUOTED_PRINTABLE && t->state == QUOTED_HEX) {
		out[n++] = '=';
		out[n++] = t->digit;
		t->sloppy = true;
	}
	t->state = QUOTED_TEXT;
	t->blank_count = 0;
	return n;
}
