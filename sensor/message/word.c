/* SPDX-License-Identifier: Apache-2.0
 *
 *	=?charset[*language]?B?base64?=
 *	=?charset[*language]?Q?text_with=20hex?=
 */
#include "message/word.h"

#include "base/base64.h"
#include "message/charset.h"
#include "message/hex.h"

struct word {
	struct bytes charset;
	struct bytes text;
	bool is_base64;
	size_t len; /* in all */
};

#define CHARSET_NAME_MAX 64

/* The offset of the two octets at or after `from`, or BYTES_NOWHERE. */
static size_t
find_pair(struct bytes raw, size_t from, uint8_t first, uint8_t second)
{
	for (;;) {
		size_t at = bytes_find(bytes_skip(raw, from), first);

		if (at == BYTES_NOWHERE || from + at + 1 >= raw.len)
			return BYTES_NOWHERE;
		if (raw.at[from + at + 1] == second)
			return from + at;
		from += at + 1;
	}
}

/* Reads the word at the start of raw. Sets *endless when there is no "?=" in all of raw, so no word can follow. */
static bool
read_word(struct bytes raw, struct word *w, bool *endless)
{
	size_t at = 2, end;
	struct bytes name;
	uint8_t encoding;

	if (!bytes_starts(raw, BYTES("=?")))
		return false;
	while (at < raw.len && raw.at[at] > ' ' && raw.at[at] < 0x7f && raw.at[at] != '?' && raw.at[at] != '=' &&
	    at < 2 + CHARSET_NAME_MAX)
		at++;
	if (at == 2 || at + 3 > raw.len || raw.at[at] != '?' || raw.at[at + 2] != '?')
		return false;
	encoding = ascii_lower(raw.at[at + 1]);
	if (encoding != 'b' && encoding != 'q')
		return false;
	end = find_pair(raw, at + 3, '?', '=');
	if (end == BYTES_NOWHERE) {
		*endless = true;
		return false;
	}
	name = bytes_of(raw.at + 2, at - 2);
	w->charset = bytes_split(&name, '*');
	w->text = bytes_of(raw.at + at + 3, end - at - 3);
	w->is_base64 = encoding == 'b';
	w->len = end + 2;
	return true;
}

size_t
word_length(struct bytes raw, bool *endless)
{
	struct word w;

	return read_word(raw, &w, endless) ? w.len : 0;
}

static void
decode_base64(struct buffer *out, struct bytes text)
{
	uint8_t block[384 + 3];
	struct base64 b;

	base64_init(&b);
	while (text.len > 0) {
		struct bytes piece = bytes_first(text, 512);

		(void)buffer_append(out, bytes_of(block, base64_push(&b, piece, block)));
		text = bytes_skip(text, piece.len);
	}
	(void)buffer_append(out, bytes_of(block, base64_finish(&b, block)));
}

static void
decode_q(struct buffer *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if (c == '_') {
			c = ' ';
		} else if (c == '=' && hex_octet(bytes_skip(text, i + 1), &c)) {
			i += 2;
		}
		(void)buffer_append_octet(out, c);
	}
}

/* The octets of adjacent words in one charset, not yet made into text. */
struct run {
	struct buffer octets;
	struct bytes charset;
};

static void
run_flush(struct run *run, struct buffer *out)
{
	struct bytes octets = buffer_bytes(&run->octets);

	if (octets.len > 0 && !charset_append(out, run->charset, octets))
		charset_append_raw(out, octets);
	buffer_reset(&run->octets);
}

static void
run_add(struct run *run, const struct word *w, struct buffer *out)
{
	if (!bytes_equal_nocase(run->charset, w->charset) || charset_is_stateful(w->charset))
		run_flush(run, out);
	run->charset = w->charset;
	if (w->is_base64)
		decode_base64(&run->octets, w->text);
	else
		decode_q(&run->octets, w->text);
}

void
word_decode(struct buffer *out, struct bytes raw)
{
	struct run run = { 0 };
	bool after_word = false, endless = false;

	buffer_init(&run.octets, raw.len);
	for (size_t from = 0; from < raw.len && !endless && !out->cut;) {
		size_t at = find_pair(raw, from, '=', '?');
		struct word w;

		if (at == BYTES_NOWHERE)
			break;
		if (!read_word(bytes_skip(raw, at), &w, &endless)) {
			from = at + 2;
			continue;
		}
		if (!after_word || bytes_trim(bytes_first(raw, at)).len > 0) {
			run_flush(&run, out);
			charset_append_raw(out, bytes_first(raw, at));
		}
		run_add(&run, &w, out);
		after_word = true;
		raw = bytes_skip(raw, at + w.len);
		from = 0;
	}
	run_flush(&run, out);
	charset_append_raw(out, raw);
	buffer_clear(&run.octets);
}
