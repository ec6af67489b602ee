/* SPDX-License-Identifier: Apache-2.0
 *
 * FETCH responses (RFC 9051 section 7.5.2): which part of which message crosses. UID and size may stand before or behind the
 * octets, so a message is told of when its line is whole.
 */
#include "protocol/imap.h"
#include "protocol/imap_token.h"

static const char *const kinds[] = {
	[SECTION_NONE] = NULL,
	[SECTION_MESSAGE] = "message",
	[SECTION_HEADER] = "header",
	[SECTION_TEXT] = "text",
	[SECTION_PART] = "part",
};

/* --- which part --- */

static enum imap_section
section_in_brackets(struct bytes inside)
{
	if (inside.len == 0)
		return SECTION_MESSAGE;
	if (bytes_starts_nocase(inside, BYTES("HEADER")))
		return SECTION_HEADER;
	return bytes_equal_nocase(inside, BYTES("TEXT")) ? SECTION_TEXT : SECTION_PART;
}

/* "BODY[]<0>", "RFC822.HEADER", ...; false: it is no part of a message. */
static bool
read_section(struct bytes word, struct imap_fetched *f)
{
	size_t open = bytes_find(word, '['), close, angle;

	*f = (struct imap_fetched){ 0 };
	if (bytes_equal_nocase(word, BYTES("RFC822")))
		f->section = SECTION_MESSAGE;
	else if (bytes_equal_nocase(word, BYTES("RFC822.HEADER")))
		f->section = SECTION_HEADER;
	else if (bytes_equal_nocase(word, BYTES("RFC822.TEXT")))
		f->section = SECTION_TEXT;
	if (f->section != SECTION_NONE)
		return true;
	if (open == BYTES_NOWHERE || (!bytes_starts_nocase(word, BYTES("BODY")) && !bytes_starts_nocase(word, BYTES("BINARY"))) ||
	    (close = bytes_find_last(word, ']')) == BYTES_NOWHERE || close < open)
		return false;
	/* The answer to BINARY.SIZE has brackets, too. */
	if (bytes_starts_nocase(word, BYTES("BINARY.SIZE")))
		return false;
	f->section = section_in_brackets(bytes_of(word.at + open + 1, close - open - 1));
	angle = bytes_find(bytes_skip(word, close), '<');
	if (angle != BYTES_NOWHERE) {
		struct bytes number = bytes_skip(word, close + angle + 1);

		f->partial = bytes_decimal(bytes_split(&number, '>'), UINT64_MAX, &f->origin);
	}
	return true;
}

/* --- telling --- */

static bool
peeks(const struct imap *p)
{
	const struct imap_queue *q = &p->busy->queue;

	for (size_t i = 0; i < q->len; i++)
		if (q->at[i].verb == IMAP_FETCH || q->at[i].verb == IMAP_UID_FETCH)
			return q->at[i].peeks || (p->collection != NULL && collection_is_read_only(p->collection));
	return p->collection != NULL && collection_is_read_only(p->collection);
}

static void
tell(struct imap *p, struct stored *s, enum imap_section section, bool whole, uint32_t uid, uint32_t number, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct mailbox_item item = { .has_uid = uid != 0, .uid = uid, .number = number, .has_size = b->has_size,
		.size = b->rfc822_size, .part = !whole, .peek = peeks(p), .kind = kinds[section], .literal = s->octets };
	enum message_status status = s->ended ? MESSAGE_ACCEPTED : MESSAGE_INCOMPLETE;

	if (p->collection != NULL) {
		item.mailbox_text = collection_folder_name(p->collection);
		if (p->collection->account != NULL)
			item.account_text = buffer_bytes(p->collection->account);
	}
	if (stored_tell(s, p->context, &item, status, p->authenticated, p->messages, time))
		p->messages++;
}

static void
count(struct imap *p, enum reading how, uint32_t uid, uint32_t number, uint64_t octets)
{
	struct collection *c = imap_collection(p);

	p->fetched += how == READ_WHOLE;
	if (c != NULL)
		collection_read(c, how, uid, number, octets, peeks(p));
}

void
imap_fetch_close_pieces(struct imap *p, bool whole, usec_t time)
{
	struct imap_busy *b = p->busy;

	if (!b->pieces_open)
		return;
	b->pieces_open = false;
	b->pieces.ended = whole;
	count(p, whole ? READ_WHOLE : READ_PART, b->pieces_uid, b->pieces_number, b->pieces.octets);
	tell(p, &b->pieces, SECTION_MESSAGE, whole, b->pieces_uid, b->pieces_number, time);
}

/* The literal that came last is complete, or all that will come of it. */
static void
settle_body(struct imap *p, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct imap_fetched *f = &b->body;
	/* The text without its header is all that anybody wants of a message; some programs ask for both one by one. */
	bool whole = (f->section == SECTION_MESSAGE || (f->section == SECTION_TEXT && !f->partial)) && f->stored.ended;

	if (f->section == SECTION_NONE)
		return;
	p->fetched_literals++;
	if (f->is_piece) {
		b->pieces_uid = b->uid != 0 ? b->uid : b->pieces_uid;
		b->pieces_next += f->size;
		/* A piece shorter than what was asked for is the last. */
		if (f->size < b->asked || b->asked == 0 || (b->has_size && b->pieces_next >= b->rfc822_size))
			imap_fetch_close_pieces(p, !b->pieces.lossy || f->size < b->asked, time);
	} else if (f->section == SECTION_HEADER) {
		count(p, READ_HEADER, b->uid, b->number, 0);
		tell(p, &f->stored, f->section, false, b->uid, b->number, time);
	} else {
		count(p, whole ? READ_WHOLE : READ_PART, b->uid, b->number, f->size);
		if (f->section == SECTION_MESSAGE)
			tell(p, &f->stored, f->section, whole, b->uid, b->number, time);
	}
	stored_drop(&f->stored);
	f->section = SECTION_NONE;
}

/* --- octets --- */

/* Whether the octets go on where an earlier piece of the same message ended. */
static bool
continues_piece(const struct imap_busy *b, const struct imap_fetched *f)
{
	return b->pieces_open && f->origin == b->pieces_next && b->pieces_number == b->number &&
	    (b->uid == 0 || b->pieces_uid == 0 || b->uid == b->pieces_uid);
}

static void
begin_piece(struct imap *p, struct imap_fetched *f, usec_t time)
{
	struct imap_busy *b = p->busy;

	if (continues_piece(b, f)) {
		f->is_piece = true;
		return;
	}
	imap_fetch_close_pieces(p, false, time);
	if (f->origin != 0) {
		f->section = SECTION_PART; /* from the middle: nothing of a message can be read there */
		return;
	}
	f->is_piece = b->pieces_open = stored_begin(&b->pieces, p->context, TRANSFER_IMAP_FETCH);
	b->pieces_uid = b->uid;
	b->pieces_number = b->number;
	b->pieces_next = 0;
}

static void
begin_body(struct imap *p, const struct imap_fetched *section, uint64_t size, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct imap_fetched *f = &b->body;

	settle_body(p, time);
	*f = *section;
	f->size = size;
	if (f->section == SECTION_MESSAGE && f->partial)
		begin_piece(p, f, time);
	else if (f->section == SECTION_MESSAGE || f->section == SECTION_HEADER)
		(void)stored_begin(&f->stored, p->context, TRANSFER_IMAP_FETCH);
}

void
imap_fetch_literal(struct imap *p, struct bytes octets, bool last)
{
	struct imap_busy *b = p->busy;

	if (b->body.is_piece) {
		stored_push(&b->pieces, octets);
		return;
	}
	stored_push(&b->body.stored, octets);
	b->body.stored.ended = last;
}

void
imap_fetch_hole(struct imap *p, uint64_t missing, bool last)
{
	struct imap_busy *b = p->busy;

	if (b->body.is_piece) {
		stored_lose(&b->pieces, missing);
		return;
	}
	stored_lose(&b->body.stored, missing);
	b->body.stored.ended = last;
}

/* --- words --- */

static void
take_number(struct bytes *rest, uint64_t most, uint64_t *number, bool *has)
{
	struct imap_token t = imap_token_next(rest);

	if (t.kind == IMAP_OPEN)
		imap_token_skip_list(rest);
	*has = t.kind == IMAP_ATOM && bytes_decimal(t.text, most, number);
}

/* A body as a quoted string: a short one. */
static void
take_quoted(struct imap *p, const struct imap_fetched *section, struct bytes text, usec_t time)
{
	uint8_t plain[4096];

	text = bytes_first(text, sizeof(plain));
	begin_body(p, section, text.len, time);
	imap_fetch_literal(p, bytes_of(plain, imap_token_unquote(text, plain)), true);
}

static void
take_item(struct imap *p, struct bytes name, struct bytes *rest, bool literal, uint64_t size, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct imap_fetched section;
	struct imap_token value;
	uint64_t number = 0;
	bool has;

	if (bytes_equal_nocase(name, BYTES("UID"))) {
		take_number(rest, UINT32_MAX, &number, &has);
		b->uid = has ? (uint32_t)number : b->uid;
		return;
	}
	if (bytes_equal_nocase(name, BYTES("RFC822.SIZE"))) {
		take_number(rest, UINT64_MAX, &number, &has);
		b->has_size |= has;
		b->rfc822_size = has ? number : b->rfc822_size;
		return;
	}
	b->saw_header |= bytes_equal_nocase(name, BYTES("ENVELOPE"));
	has = read_section(name, &section);
	value = imap_token_next(rest);
	if (value.kind == IMAP_OPEN)
		imap_token_skip_list(rest);
	else if (has && value.kind == IMAP_END && literal)
		begin_body(p, &section, size, time);
	else if (has && value.kind == IMAP_STRING)
		take_quoted(p, &section, value.text, time);
}

void
imap_fetch_words(struct imap *p, struct bytes words, bool literal, uint64_t size, usec_t time)
{
	struct imap_token t;

	/* The octets of the literal before belong to what was named there. */
	if (p->busy->body.section != SECTION_NONE && words.len == 0 && !literal)
		return;
	while ((t = imap_token_next(&words)).kind != IMAP_END)
		if (t.kind == IMAP_ATOM)
			take_item(p, t.text, &words, literal, size, time);
}

void
imap_fetch_end(struct imap *p, usec_t time)
{
	struct imap_busy *b = p->busy;
	bool header = b->saw_header && b->body.section == SECTION_NONE;

	settle_body(p, time);
	if (header)
		count(p, READ_HEADER, b->uid, b->number, 0);
	b->in_fetch = false;
}

void
imap_fetch_broken(struct imap *p, usec_t time)
{
	p->busy->saw_header = false;
	imap_fetch_end(p, time);
}
