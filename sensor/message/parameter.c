/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass gathers the sections of a parameter by number (the whole value being section 0), a second joins them.
 */
#include "message/parameter.h"

#include "message/charset.h"
#include "message/hex.h"
#include "message/word.h"

/* Continuations followed; with lines of 78 octets that is a name of 16 KiB. */
#define SECTIONS_MAX 256

/* One "name=value" as it is written. */
struct parameter {
	struct bytes name;
	struct bytes value; /* without its outer quotes */
	bool quoted;
};

struct section {
	struct bytes value;
	bool quoted, coded, seen;
};

struct sections {
	struct section plain;      /* name= */
	struct section whole;      /* name*= */
	struct section at[SECTIONS_MAX]; /* name*N= and name*N*= */
	size_t len;                /* of `at` */
	bool cut;                  /* numbers past the end of `at` */
};

struct bytes
parameter_head(struct bytes value)
{
	struct bytes head = bytes_split(&value, ';');
	size_t len = 0;

	head = bytes_trim(head);
	if (bytes_find(head, '=') != BYTES_NOWHERE && bytes_find(head, '/') == BYTES_NOWHERE &&
	    bytes_find(head, ' ') == BYTES_NOWHERE)
		return bytes_of(NULL, 0);
	while (len < head.len && !ascii_is_blank(head.at[len]) && head.at[len] != '(' && head.at[len] != ',')
		len++;
	return bytes_first(head, len);
}

/* Takes the quoted string whose opening quote is gone off *rest; without a closing quote it is all that is left. */
static struct bytes
take_quoted(struct bytes *rest)
{
	size_t len = 0;
	struct bytes inside;

	while (len < rest->len && rest->at[len] != '"')
		len += rest->at[len] == '\\' && len + 1 < rest->len ? 2 : 1;
	inside = bytes_first(*rest, len);
	*rest = bytes_skip(*rest, len + 1);
	return inside;
}

/* The next parameter of *rest; what has no '=' is stepped over. False at the end. */
static bool
next_parameter(struct bytes *rest, struct parameter *p)
{
	while (rest->len > 0) {
		size_t len = 0;

		while (len < rest->len && rest->at[len] != '=' && rest->at[len] != ';')
			len++;
		p->name = bytes_trim(bytes_first(*rest, len));
		if (len == rest->len || rest->at[len] == ';') {
			*rest = bytes_skip(*rest, len + 1);
			continue;
		}
		*rest = bytes_skip(*rest, len + 1);
		while (rest->len > 0 && ascii_is_blank(rest->at[0]))
			*rest = bytes_skip(*rest, 1);
		p->quoted = rest->len > 0 && rest->at[0] == '"';
		if (p->quoted) {
			*rest = bytes_skip(*rest, 1);
			p->value = take_quoted(rest);
			(void)bytes_split(rest, ';');
		} else {
			p->value = bytes_trim(bytes_split(rest, ';'));
		}
		return true;
	}
	return false;
}

static void
keep_first(struct section *s, const struct parameter *p, bool coded)
{
	if (!s->seen)
		*s = (struct section){ .value = p->value, .quoted = p->quoted, .coded = coded, .seen = true };
}

/* Notes p when it is `name`, `name*`, `name*N` or `name*N*`. */
static void
gather(struct sections *sections, const struct parameter *p, struct bytes name)
{
	struct bytes suffix = bytes_skip(p->name, name.len);
	uint64_t number;
	bool coded;

	if (!bytes_starts_nocase(p->name, name))
		return;
	if (suffix.len == 0) {
		keep_first(&sections->plain, p, false);
		return;
	}
	if (suffix.at[0] != '*')
		return;
	suffix = bytes_skip(suffix, 1);
	if (suffix.len == 0) {
		keep_first(&sections->whole, p, true);
		return;
	}
	coded = suffix.at[suffix.len - 1] == '*';
	if (!bytes_decimal(bytes_first(suffix, suffix.len - coded), UINT32_MAX, &number))
		return;
	if (number >= SECTIONS_MAX) {
		sections->cut = true;
		return;
	}
	while (sections->len <= number)
		sections->at[sections->len++] = (struct section){ 0 };
	keep_first(&sections->at[number], p, coded);
}

/* Undoes %XX. */
static void
append_coded(struct buffer *out, struct bytes in)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i];

		if (c == '%' && hex_octet(bytes_skip(in, i + 1), &c))
			i += 2;
		(void)buffer_append_octet(out, c);
	}
}

/* A backslash is undone before a quote or a backslash only: file names with Windows paths are written raw. */
static void
append_unquoted(struct buffer *out, const struct section *s)
{
	struct bytes in = s->value;

	if (!s->quoted) {
		(void)buffer_append(out, in);
		return;
	}
	for (size_t i = 0; i < in.len; i++) {
		if (in.at[i] == '\\' && i + 1 < in.len && (in.at[i + 1] == '"' || in.at[i + 1] == '\\'))
			i++;
		(void)buffer_append_octet(out, in.at[i]);
	}
}

static void
append_section(struct buffer *out, const struct section *s)
{
	if (s->coded)
		append_coded(out, s->value);
	else
		append_unquoted(out, s);
}

/* Takes "charset'language'" off the front of a coded value. */
static struct bytes
take_charset(struct section *s)
{
	struct bytes rest = s->value, charset = bytes_split(&rest, '\'');
	size_t quote = bytes_find(rest, '\'');

	if (!s->coded || quote == BYTES_NOWHERE)
		return bytes_of(NULL, 0);
	s->value = bytes_skip(rest, quote + 1);
	return charset;
}

/* Joins what was gathered, octets only; *coded when it has an RFC 2231 charset or coding. */
static bool
join(struct sections *sections, struct buffer *out, struct bytes *charset, bool *coded)
{
	*coded = true;
	if (sections->whole.seen) {
		*charset = take_charset(&sections->whole);
		append_section(out, &sections->whole);
		return true;
	}
	if (sections->len > 0 && sections->at[0].seen) {
		*coded = sections->at[0].coded;
		*charset = take_charset(&sections->at[0]);
		for (size_t i = 0; i < sections->len && sections->at[i].seen; i++)
			append_section(out, &sections->at[i]);
		out->cut |= sections->cut;
		return true;
	}
	*coded = false;
	if (sections->plain.seen)
		append_section(out, &sections->plain);
	return sections->plain.seen;
}

static bool
find(struct bytes value, struct bytes name, struct buffer *out, struct bytes *charset, bool *coded)
{
	struct sections sections; /* `at` is set as it is used */
	struct parameter p;

	sections.plain = sections.whole = (struct section){ 0 };
	sections.len = 0;
	sections.cut = false;
	*charset = bytes_of(NULL, 0);
	if (parameter_head(value).len > 0)
		(void)bytes_split(&value, ';');
	while (next_parameter(&value, &p))
		gather(&sections, &p, name);
	return join(&sections, out, charset, coded);
}

bool
parameter_octets(struct bytes value, struct bytes name, struct buffer *out)
{
	struct bytes charset;
	bool coded;

	return find(value, name, out, &charset, &coded);
}

bool
parameter_text(struct bytes value, struct bytes name, struct buffer *out)
{
	struct buffer octets;
	struct bytes charset;
	bool coded, found;

	buffer_init(&octets, value.len);
	found = find(value, name, &octets, &charset, &coded);
	if (found && !coded)
		word_decode(out, buffer_bytes(&octets));
	else if (found && (charset.len == 0 || !charset_append(out, charset, buffer_bytes(&octets))))
		charset_append_raw(out, buffer_bytes(&octets));
	out->cut |= octets.cut;
	buffer_clear(&octets);
	return found;
}
