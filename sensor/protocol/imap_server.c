/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/imap.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/imap_token.h"

/* --- what a server says of itself and of folders --- */

static void
read_capabilities(struct imap *p, struct bytes words)
{
	struct imap_token t;

	word_list_clear(&p->capabilities);
	while ((t = imap_token_next(&words)).kind == IMAP_ATOM && t.text.at[0] != ']') {
		word_list_add(&p->capabilities, t.text, p->context->limits->commands);
		if (p->logins == 0 && !p->started_tls)
			starttls_note(&p->offers, t.text, BYTES("STARTTLS"));
	}
}

/* "[CAPABILITY ...]" and "[READ-ONLY]" in front of a human text (RFC 9051 section 7.1). */
static void
read_code(struct imap *p, struct bytes text)
{
	size_t end;

	text = bytes_trim(text);
	if (text.len == 0 || text.at[0] != '[' || (end = bytes_find(text, ']')) == BYTES_NOWHERE)
		return;
	text = bytes_of(text.at + 1, end - 1);
	if (bytes_starts_nocase(text, BYTES("CAPABILITY ")))
		read_capabilities(p, bytes_skip(text, 11));
}

static bool
has_code(struct bytes text, const char *code)
{
	text = bytes_trim(text);
	return text.len > 0 && text.at[0] == '[' && bytes_starts_nocase(bytes_skip(text, 1), bytes_str(code));
}

static void
greet(struct imap *p, struct bytes line)
{
	struct buffer banner;
	uint8_t *copy;

	p->greeted = p->known = true;
	buffer_init(&banner, IMAP_TEXT_MAX);
	(void)text_append(&banner, line, IMAP_TEXT_MAX);
	copy = banner.len > 0 ? memory_take(banner.len) : NULL;
	if (copy != NULL) {
		memcpy(copy, banner.at, banner.len);
		p->banner = bytes_of(copy, banner.len);
	}
	buffer_clear(&banner);
}

static void
open_folder(struct imap *p, bool read_only)
{
	struct imap_busy *b = p->busy;
	struct collection *c = imap_collection(p);

	if (c != NULL)
		collection_open(c, buffer_bytes(&b->selecting), b->selects_read_only || read_only);
	b->selects = false;
}

static void
on_number(struct imap *p, uint32_t number, struct bytes rest, bool literal, uint64_t size, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct imap_token word = imap_token_next(&rest);

	if (bytes_equal_nocase(word.text, BYTES("EXISTS"))) {
		if (b->selects)
			open_folder(p, false);
		if (imap_collection(p) != NULL)
			collection_exists(p->collection, number);
	} else if (bytes_equal_nocase(word.text, BYTES("EXPUNGE")) && p->collection != NULL) {
		p->collection->report.deleted++;
	} else if (bytes_equal_nocase(word.text, BYTES("FETCH"))) {
		b->number = number;
		b->uid = 0;
		b->has_size = b->saw_header = false;
		b->in_fetch = true;
		imap_fetch_words(p, rest, literal, size, time);
		if (!literal)
			imap_fetch_end(p, time);
	}
}

/* Returns whether a literal may follow: human text has none. */
static bool
on_untagged(struct imap *p, struct bytes line, bool literal, uint64_t size, usec_t time)
{
	struct bytes rest = line;
	struct imap_token word = imap_token_next(&rest);
	uint64_t number;

	if (bytes_decimal(word.text, UINT32_MAX, &number)) {
		on_number(p, (uint32_t)number, rest, literal, size, time);
		return true;
	}
	if (bytes_equal_nocase(word.text, BYTES("OK")) || bytes_equal_nocase(word.text, BYTES("PREAUTH")) ||
	    bytes_equal_nocase(word.text, BYTES("NO")) || bytes_equal_nocase(word.text, BYTES("BAD")) ||
	    bytes_equal_nocase(word.text, BYTES("BYE"))) {
		if (!p->greeted && p->busy->queue.len == 0) {
			greet(p, line);
			p->preauth = bytes_equal_nocase(word.text, BYTES("PREAUTH"));
			p->authenticated |= p->preauth;
		}
		read_code(p, rest);
		return false;
	}
	if (bytes_equal_nocase(word.text, BYTES("CAPABILITY")))
		read_capabilities(p, rest);
	else if (bytes_equal_nocase(word.text, BYTES("LIST")) || bytes_equal_nocase(word.text, BYTES("LSUB")) ||
	    bytes_equal_nocase(word.text, BYTES("XLIST")))
		p->busy->list_lines++;
	return true;
}

/* --- completions --- */

enum completion { COMPLETED_OK, COMPLETED_NO, COMPLETED_BAD, COMPLETED_NEVER };

static enum login_outcome
outcome_of(enum completion how, struct bytes text)
{
	if (how == COMPLETED_OK)
		return LOGIN_SUCCESS;
	/* Not about the password (RFC 5530), or not understood. */
	if (how != COMPLETED_NO || has_code(text, "UNAVAILABLE") || has_code(text, "INUSE") || has_code(text, "LIMIT"))
		return LOGIN_UNKNOWN;
	return LOGIN_FAILURE;
}

static void
end_login(struct imap *p, const struct imap_pending *pending, enum login_outcome outcome, usec_t time)
{
	struct imap_busy *b = p->busy;

	if (pending->verb == IMAP_LOGIN) {
		imap_login(p, buffer_bytes(&b->user), BYTES("LOGIN"), true, outcome, time);
		return;
	}
	imap_login(p, buffer_bytes(&b->sasl.user), buffer_bytes(&b->sasl.name), sasl_secret_was_clear(&b->sasl), outcome, time);
	p->in_auth = false;
}

static void
end_select(struct imap *p, enum completion how, struct bytes text)
{
	struct collection *c = p->collection;

	if (how == COMPLETED_OK && p->busy->selects)
		open_folder(p, has_code(text, "READ-ONLY"));
	else if (how == COMPLETED_OK && c != NULL && has_code(text, "READ-ONLY") && c->current != 0)
		c->folders[c->current - 1].read_only = true;
	else if (how != COMPLETED_OK && c != NULL)
		collection_close(c);
	p->busy->selects = false;
}

static void
count(struct imap *p, uint8_t verb)
{
	struct collection *c;

	if ((verb != IMAP_STORE && verb != IMAP_COPY && verb != IMAP_LIST) || (c = imap_collection(p)) == NULL)
		return;
	if (verb == IMAP_STORE)
		c->report.stored++;
	else if (verb == IMAP_COPY)
		c->report.copied++;
	else if (verb == IMAP_LIST && p->busy->list_lines > c->report.folders_listed)
		c->report.folders_listed = p->busy->list_lines;
}

static void
complete(struct imap *p, const struct imap_pending *pending, enum completion how, struct bytes text, usec_t time)
{
	bool ok = how == COMPLETED_OK;

	switch (pending->verb) {
	case IMAP_LOGIN:
	case IMAP_AUTHENTICATE:
		end_login(p, pending, outcome_of(how, text), time);
		break;
	case IMAP_SELECT:
	case IMAP_EXAMINE:
		end_select(p, how, text);
		break;
	case IMAP_APPEND:
		imap_appended(p, ok ? MESSAGE_ACCEPTED : how == COMPLETED_NEVER ? MESSAGE_UNANSWERED : MESSAGE_REFUSED, time);
		break;
	case IMAP_SETMETADATA:
		imap_script_tell(p, ok ? SCRIPT_ACCEPTED : how == COMPLETED_NEVER ? SCRIPT_UNANSWERED : SCRIPT_REFUSED, time);
		break;
	case IMAP_CLOSE_FOLDER:
		if (ok && p->collection != NULL)
			collection_close(p->collection);
		break;
	case IMAP_STARTTLS:
		p->starts_tls = ok;
		p->started_tls |= ok;
		break;
	case IMAP_COMPRESS:
		p->starts_deflate = ok;
		break;
	case IMAP_UNAUTHENTICATE:
		p->authenticated &= !ok;
		if (ok && p->collection != NULL)
			collection_account(p->collection, (struct bytes){ 0 });
		break;
	case IMAP_LOGOUT:
		p->quit = ok;
		break;
	default:
		if (ok)
			count(p, pending->verb);
		break;
	}
}

void
imap_unanswered(struct imap *p, const struct imap_pending *pending, usec_t time)
{
	complete(p, pending, COMPLETED_NEVER, (struct bytes){ 0 }, time);
}

/* A server may refuse a literal before it came (RFC 9051 section 7.6): the command is over. */
static void
refuse_literal(struct imap *p, const struct imap_tag *tag, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct imap_scanner *s = &b->from[FROM_CLIENT];
	struct bytes rest = buffer_bytes(&b->command);
	struct imap_tag begun;

	if (!s->in_literal || s->literal_left != s->literal_size || !s->synchronizing || rest.len == 0)
		return;
	begun = imap_tag_of(imap_token_next(&rest).text);
	if (!imap_tag_equal(&begun, tag))
		return;
	imap_scanner_refuse(s);
	buffer_reset(&b->command);
	if (b->literal_is_message && b->append_count > 0)
		stored_drop(&b->appended[--b->append_count]);
	imap_appended(p, MESSAGE_REFUSED, time);
	b->literal_is_message = false;
}

static enum completion
completion_of(struct bytes word, bool *known)
{
	*known = true;
	if (bytes_equal_nocase(word, BYTES("OK")))
		return COMPLETED_OK;
	if (bytes_equal_nocase(word, BYTES("NO")))
		return COMPLETED_NO;
	*known = bytes_equal_nocase(word, BYTES("BAD"));
	return COMPLETED_BAD;
}

static void
on_strange(struct imap *p, usec_t time)
{
	if (p->busy->from[FROM_SERVER].doubtful)
		return;
	imap_say(p, ANOMALY_BAD_REPLY, FROM_SERVER, time);
	if (++p->strange < p->context->limits->unknown_commands)
		return;
	imap_say(p, ANOMALY_NOT_IMAP, FROM_SERVER, time);
	p->done = true;
}

static void
on_tagged(struct imap *p, struct bytes line, usec_t time)
{
	struct bytes rest = line;
	struct imap_token tag = imap_token_next(&rest), word = imap_token_next(&rest);
	struct imap_tag key = imap_tag_of(tag.text);
	struct imap_pending pending;
	bool known;
	enum completion how = completion_of(word.text, &known);

	if (!known) {
		on_strange(p, time);
		return;
	}
	p->known = p->greeted = true;
	p->strange = 0;
	read_code(p, rest);
	if (how != COMPLETED_OK)
		refuse_literal(p, &key, time);
	if (p->idle_asked && imap_tag_equal(&p->idle_tag, &key)) {
		if (p->idling && time > p->idle_since && imap_collection(p) != NULL)
			p->collection->report.idle += time - p->idle_since;
		p->idling = p->idle_asked = false;
	}
	if (imap_queue_take(&p->busy->queue, &key, &pending))
		complete(p, &pending, how, rest, time);
}

/* --- what the scanner says --- */

static bool
on_text(void *arg, struct bytes text, bool literal, uint64_t size)
{
	struct imap_hearing *h = arg;
	struct imap *p = h->imap;
	struct imap_scanner *s = &p->busy->from[FROM_SERVER];

	if (s->line.cut && !p->busy->in_fetch && !s->continued)
		imap_say(p, ANOMALY_LONG_LINE, FROM_SERVER, h->time);
	if (s->continued) {
		if (p->busy->in_fetch) {
			imap_fetch_words(p, text, literal, size, h->time);
			if (!literal)
				imap_fetch_end(p, h->time);
		}
		return true;
	}
	if (bytes_starts(text, BYTES("* ")))
		return on_untagged(p, bytes_skip(text, 2), literal, size, h->time);
	if (text.len > 0 && text.at[0] == '+') {
		if (p->idle_asked && !p->idling) {
			p->idling = true;
			p->idle_since = h->time;
		}
		return false;
	}
	on_tagged(p, text, h->time);
	return false;
}

static void
on_literal(void *arg, struct bytes octets, bool last)
{
	struct imap_hearing *h = arg;

	if (h->imap->busy->in_fetch)
		imap_fetch_literal(h->imap, octets, last);
}

static void
on_hole(void *arg, uint64_t missing, bool last)
{
	struct imap_hearing *h = arg;

	if (h->imap->busy->in_fetch)
		imap_fetch_hole(h->imap, missing, last);
}

static void
on_broken(void *arg)
{
	struct imap_hearing *h = arg;

	h->imap->greeted = true;
	if (h->imap->busy->in_fetch)
		imap_fetch_broken(h->imap, h->time);
}

const struct imap_listener imap_server_listener = { on_text, on_literal, on_hole, on_broken };
