/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#define REPLACEMENT BYTES("\xef\xbf\xbd")
#define ELLIPSIS BYTES("\xe2\x80\xa6")

static bool
is_tail(struct bytes b, size_t i)
{
	return i < b.len && (b.at[i] & 0xc0) == 0x80;
}

size_t
text_sequence(struct bytes b)
{
	uint8_t first;

	if (b.len == 0)
		return 0;
	first = b.at[0];
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return is_tail(b, 1) ? 2 : 0;
	if (first >= 0xe0 && first <= 0xef) {
		if (!is_tail(b, 1) || !is_tail(b, 2))
			return 0;
		if ((first == 0xe0 && b.at[1] < 0xa0) || (first == 0xed && b.at[1] > 0x9f))
			return 0; /* overlong, or a surrogate */
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		if (!is_tail(b, 1) || !is_tail(b, 2) || !is_tail(b, 3))
			return 0;
		if ((first == 0xf0 && b.at[1] < 0x90) || (first == 0xf4 && b.at[1] > 0x8f))
			return 0; /* overlong, or past U+10FFFF */
		return 4;
	}
	return 0;
}

bool
text_is_utf8(struct bytes b)
{
	while (b.len > 0) {
		size_t n = text_sequence(b);

		if (n == 0)
			return false;
		b = bytes_skip(b, n);
	}
	return true;
}

/* All of the piece or nothing of it: a buffer never ends within a character. */
static bool
append_whole(struct buffer *out, struct bytes piece)
{
	if (piece.len > out->ceiling - out->len) {
		out->cut = true;
		return false;
	}
	return buffer_append(out, piece);
}

/* Octets from the front that stand for themselves, at most `most`. */
static size_t
plain_run(struct bytes in, size_t most)
{
	size_t n = 0;

	in = bytes_first(in, most);
	while (n < in.len && ((in.at[n] >= 0x20 && in.at[n] < 0x80) || in.at[n] == '\t'))
		n++;
	return n;
}

bool
text_is_plain(struct bytes b)
{
	return plain_run(b, b.len) == b.len;
}

bool
text_append(struct buffer *out, struct bytes in, size_t max)
{
	size_t start = out->len, room = out->ceiling - out->len, run;
	size_t fits = out->len; /* the longest cut that leaves room for the ellipsis */
	bool short_of_room = room < max;

	if (short_of_room)
		max = room;
	while (in.len > 0) {
		size_t n = text_sequence(in);
		bool bad = n == 0 || (in.at[0] < 0x20 && in.at[0] != '\t');
		struct bytes piece = bad ? REPLACEMENT : bytes_first(in, n);

		/* What leaves room for the ellipsis in any case is taken at once. */
		run = n == 1 && max - (out->len - start) > 3 ? plain_run(in, max - (out->len - start) - 3) : 0;
		if (run > 0)
			piece = bytes_first(in, n = run);
		if (out->len - start + piece.len > max) {
			out->len = fits;
			if (max >= 3)
				(void)buffer_append(out, ELLIPSIS);
			out->cut = out->cut || short_of_room;
			return false;
		}
		if (!buffer_append(out, piece))
			return false;
		if (out->len - start + 3 <= max)
			fits = out->len;
		in = bytes_skip(in, n == 0 ? 1 : n);
	}
	return true;
}

bool
text_append_point(struct buffer *out, uint32_t point)
{
	uint8_t b[4];

	if (point < 0x80) {
		b[0] = (uint8_t)point;
		return append_whole(out, bytes_of(b, 1));
	}
	if (point < 0x800) {
		b[0] = (uint8_t)(0xc0 | point >> 6);
		b[1] = (uint8_t)(0x80 | (point & 0x3f));
		return append_whole(out, bytes_of(b, 2));
	}
	if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return append_whole(out, REPLACEMENT);
	if (point < 0x10000) {
		b[0] = (uint8_t)(0xe0 | point >> 12);
		b[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		b[2] = (uint8_t)(0x80 | (point & 0x3f));
		return append_whole(out, bytes_of(b, 3));
	}
	b[0] = (uint8_t)(0xf0 | point >> 18);
	b[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	b[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	b[3] = (uint8_t)(0x80 | (point & 0x3f));
	return append_whole(out, bytes_of(b, 4));
}

void
text_append_escaped(struct buffer *out, struct bytes in)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i], octal[4] = { '\\', (uint8_t)('0' + (c >> 6)), (uint8_t)('0' + (c >> 3 & 7)),
			(uint8_t)('0' + (c & 7)) };

		if (c == '\\')
			(void)append_whole(out, BYTES("\\\\"));
		else if (c == '\n')
			(void)append_whole(out, BYTES("\\n"));
		else if (c == '\r')
			(void)append_whole(out, BYTES("\\r"));
		else if (c == '\t')
			(void)append_whole(out, BYTES("\\t"));
		else if (c >= 0x20 && c < 0x7f)
			(void)buffer_append_octet(out, c);
		else
			(void)append_whole(out, bytes_of(octal, 4));
	}
}

void
text_lower(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = ascii_lower(at[i]);
}
