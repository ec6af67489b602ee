/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens in one pass, an element of the list at a time:
 *
 *	group : name <route : local@domain> (comment) , local@domain (name) ; ...
 *
 * Whether a word belongs to a name or to an address shows only later, so both are gathered: `name` with all words of
 * the element, `piece` with the last run of words that hang together, as "a @ b . c" does.
 *
 * Where a quote, a comment, a domain literal or an encoded word does not end, its opening is an ordinary octet, and
 * none of its kind is sought again: reading stays linear.
 */
#include "message/address.h"

#include "message/word.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_COMMENT, TOKEN_LITERAL, TOKEN_SPECIAL };

struct token {
	enum token_kind kind;
	struct bytes text; /* with its quotes or brackets */
	bool spaced;       /* blanks before it */
	uint8_t special;   /* one of < > , ; : @ */
};

void
address_list_init(struct address_list *l, struct bytes value, size_t ceiling)
{
	*l = (struct address_list){ .rest = value };
	buffer_init(&l->address, ceiling);
	buffer_init(&l->name, ceiling);
	buffer_init(&l->piece, ceiling);
	buffer_init(&l->comment, ceiling);
}

void
address_list_clear(struct address_list *l)
{
	buffer_clear(&l->address);
	buffer_clear(&l->name);
	buffer_clear(&l->piece);
	buffer_clear(&l->comment);
}

static bool
is_space(uint8_t c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

static bool
is_special(uint8_t c)
{
	return c == '<' || c == '>' || c == ',' || c == ';' || c == ':' || c == '@';
}

/* Octets up to and with the `end` that closes what in.at[0] opened, or 0 when nothing closes it. */
static size_t
enclosed(struct bytes in, uint8_t end, bool nests)
{
	size_t depth = 1;

	for (size_t i = 1; i < in.len; i++) {
		if (in.at[i] == '\\')
			i++;
		else if (in.at[i] == end && --depth == 0)
			return i + 1;
		else if (nests && in.at[i] == in.at[0])
			depth++;
	}
	return 0;
}

/* Octets of the quote, comment, literal or encoded word that begins here, or 0 when none does. */
static size_t
opening(struct address_list *l, enum token_kind *kind)
{
	static const struct {
		enum token_kind kind;
		uint8_t begin, end;
		bool nests;
	} pairs[] = {
		{ TOKEN_QUOTED, '"', '"', false },
		{ TOKEN_COMMENT, '(', ')', true },
		{ TOKEN_LITERAL, '[', ']', false },
	};
	bool *hopeless[] = { &l->no_quote, &l->no_comment, &l->no_literal };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t len;

		if (l->rest.at[0] != pairs[i].begin || *hopeless[i])
			continue;
		len = enclosed(l->rest, pairs[i].end, pairs[i].nests);
		*hopeless[i] = len == 0;
		*kind = pairs[i].kind;
		return len;
	}
	*kind = TOKEN_WORD;
	return l->no_word ? 0 : word_length(l->rest, &l->no_word);
}

static struct token
next_token(struct address_list *l)
{
	struct token t = { .kind = TOKEN_END };
	size_t len;

	while (l->rest.len > 0 && is_space(l->rest.at[0])) {
		l->rest = bytes_skip(l->rest, 1);
		t.spaced = true;
	}
	if (l->rest.len == 0)
		return t;
	if (is_special(l->rest.at[0])) {
		t.kind = TOKEN_SPECIAL;
		t.special = l->rest.at[0];
		len = 1;
	} else {
		len = opening(l, &t.kind);
		if (len == 0) {
			t.kind = TOKEN_WORD;
			for (len = 1; len < l->rest.len && !is_space(l->rest.at[len]) && !is_special(l->rest.at[len]) &&
			     l->rest.at[len] != '"' && l->rest.at[len] != '(' && l->rest.at[len] != '[';)
				len++;
		}
	}
	t.text = bytes_first(l->rest, len);
	l->rest = bytes_skip(l->rest, len);
	return t;
}

/* Without its quotes or parentheses, and with quoted pairs undone. */
static void
append_inside(struct buffer *out, struct bytes text)
{
	for (size_t i = 1; i + 1 < text.len; i++) {
		if (text.at[i] == '\\' && i + 2 < text.len)
			i++;
		(void)buffer_append_octet(out, text.at[i]);
	}
}

/* What has been seen of the element being read. */
struct element {
	size_t words;      /* in `name` */
	size_t name_len;   /* of `name` before the current piece */
	bool piece_has_at;
	bool piece_open;   /* the next word belongs to it, blanks or not: "a @" */
	bool in_angle, had_angle;
};

static void
reset_words(struct address_list *l, struct element *e)
{
	buffer_reset(&l->name);
	buffer_reset(&l->piece);
	*e = (struct element){ 0 };
}

static void
take_word(struct address_list *l, struct element *e, const struct token *t)
{
	bool joins = l->piece.len > 0 && (!t->spaced || e->piece_open || t->text.at[0] == '.');

	if (!joins && e->piece_has_at)
		return; /* the address has been seen, what follows says nothing */
	if (!joins) {
		buffer_reset(&l->piece);
		e->name_len = l->name.len;
	}
	if (t->spaced && l->name.len > 0)
		(void)buffer_append_octet(&l->name, ' ');
	if (t->kind == TOKEN_QUOTED)
		append_inside(&l->name, t->text);
	else
		(void)buffer_append(&l->name, t->text);
	(void)buffer_append(&l->piece, t->text);
	e->piece_open = t->text.at[t->text.len - 1] == '.';
	e->words++;
}

/* '@', or a ':' inside an address. */
static void
take_joint(struct address_list *l, struct element *e, uint8_t joint)
{
	(void)buffer_append_octet(&l->piece, joint);
	(void)buffer_append_octet(&l->name, joint);
	e->piece_has_at = true;
	e->piece_open = true;
}

/* Inside <...>; true when the element ends here. */
static bool
take_in_angle(struct address_list *l, struct element *e, const struct token *t)
{
	bool route = l->address.len > 0 && l->address.at[0] == '@';

	if (t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED || t->kind == TOKEN_LITERAL)
		(void)buffer_append(&l->address, t->text);
	if (t->kind != TOKEN_SPECIAL || t->special == '<')
		return false;
	if (t->special == ':' && route)
		buffer_reset(&l->address);
	else if (t->special == '@' || t->special == ':')
		(void)buffer_append_octet(&l->address, t->special);
	else if (t->special == '>')
		e->in_angle = false;
	else if (!route || t->special == ';')
		return true; /* the '>' is missing */
	return false;
}

/* Outside of <...>; true when the element ends here. */
static bool
take_special(struct address_list *l, struct element *e, const struct token *t)
{
	if (t->special == ',' || t->special == ';')
		return true;
	if (t->special == '<') {
		if (e->had_angle) { /* a comma is missing */
			l->rest = bytes_of(l->rest.at - 1, l->rest.len + 1);
			return true;
		}
		e->in_angle = e->had_angle = true;
	} else if (e->had_angle || t->special == '>') {
		return false;
	} else if (t->special == '@' || e->piece_has_at) {
		take_joint(l, e, t->special);
	} else {
		reset_words(l, e); /* it was the name of a group */
	}
	return false;
}

/* What was gathered is made into address and name. */
static void
settle(struct address_list *l, const struct element *e)
{
	if (!e->had_angle && (e->piece_has_at || e->words == 1)) {
		(void)buffer_append(&l->address, buffer_bytes(&l->piece));
		l->address.cut |= l->piece.cut;
		if (l->name.len > e->name_len)
			l->name.len = e->name_len;
	}
	if (l->name.len == 0) {
		(void)buffer_append(&l->name, buffer_bytes(&l->comment));
		l->name.cut |= l->comment.cut;
	}
}

bool
address_list_next(struct address_list *l)
{
	while (l->rest.len > 0) {
		struct element e;
		bool ended = false;

		reset_words(l, &e);
		buffer_reset(&l->address);
		buffer_reset(&l->comment);
		while (!ended) {
			struct token t = next_token(l);

			if (t.kind == TOKEN_END)
				ended = true;
			else if (t.kind == TOKEN_COMMENT && l->comment.len == 0)
				append_inside(&l->comment, t.text);
			else if (e.in_angle)
				ended = take_in_angle(l, &e, &t);
			else if (t.kind == TOKEN_SPECIAL)
				ended = take_special(l, &e, &t);
			else if (t.kind != TOKEN_COMMENT && !e.had_angle)
				take_word(l, &e, &t);
		}
		settle(l, &e);
		if (l->address.len > 0 || l->name.len > 0)
			return true;
	}
	return false;
}
