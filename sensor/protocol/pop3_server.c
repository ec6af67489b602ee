/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/pop3.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* --- what a reply of many lines brings --- */

static bool
brings_message(const struct pop3_pending *head)
{
	return head->verb == POP3_RETR || head->verb == POP3_TOP;
}

/* "+OK 1234 octets": the size as the server has it, before dots are stuffed. */
static void
note_size(struct pop3_busy *b, struct bytes text)
{
	text = bytes_trim(text);
	b->has_size = bytes_decimal(bytes_split(&text, ' '), UINT64_MAX, &b->size) && b->size > 0;
}

static void
begin_many(struct pop3 *p, const struct pop3_pending *head, struct bytes text)
{
	struct pop3_busy *b = p->busy;

	b->answer = POP3_MANY_LINES;
	b->head = *head;
	b->dotted = (struct dotted){ 0 };
	b->lossy = false;
	line_begin(&b->entry);
	b->has_size = false;
	p->listed |= head->verb == POP3_LIST;
	p->uidl_listed |= head->verb == POP3_UIDL;
	if (!brings_message(head))
		return;
	note_size(b, text);
	(void)stored_begin(&b->stored, p->context,
	    head->verb == POP3_RETR ? TRANSFER_POP3_RETR : TRANSFER_POP3_TOP);
}

/* Kept by place, as long as they come from 1 on without a hole. */
static void
note_uidl(struct pop3 *p, uint64_t number, struct bytes name, usec_t time)
{
	struct word_list *list = &p->uidls.list;

	if (number != list->count + 1u)
		return;
	word_list_add(list, bytes_trim(name), p->context->limits->uidls);
	if (list->dropped > 0)
		pop3_say(p, ANOMALY_UIDL_CEILING, FROM_SERVER, time);
}

static void
on_entry(struct pop3 *p, struct bytes line, usec_t time)
{
	struct bytes rest = bytes_trim(line), word;
	uint64_t number;

	if (p->busy->head.verb == POP3_CAPA) {
		word_list_add(&p->capabilities, rest, p->context->limits->commands);
		if (p->logins == 0)
			starttls_note(&p->offers, rest, BYTES("STLS"));
		return;
	}
	word = bytes_split(&rest, ' ');
	if (!bytes_decimal(word, UINT32_MAX, &number))
		return;
	if (p->busy->head.verb == POP3_LIST)
		p->list_entries++;
	if (p->busy->head.verb != POP3_UIDL)
		return;
	p->uidl_entries++;
	note_uidl(p, number, rest, time);
}

struct entries {
	struct pop3 *p;
	usec_t time;
};

static void
take_entries(void *arg, struct bytes text)
{
	struct entries *e = arg;
	struct line *entry = &e->p->busy->entry;

	while (text.len > 0) {
		text = bytes_skip(text, line_push(entry, text));
		if (entry->complete && !entry->doubtful)
			on_entry(e->p, line_text(entry), e->time);
	}
}

static struct bytes
uidl_of(struct pop3_uidls *u, uint32_t number)
{
	const struct word_list *list = &u->list;

	if (number == 0 || number > list->count)
		return (struct bytes){ 0 };
	if (u->number == 0 || number < u->number) {
		u->number = 1;
		u->at = 0;
	}
	for (; u->number < number; u->number++)
		u->at += list->at[u->at] + 1u;
	return bytes_of(list->at + u->at + 1, list->at[u->at]);
}

static void
end_message(struct pop3 *p, bool ended, usec_t time)
{
	struct pop3_busy *b = p->busy;
	struct collection *c = pop3_collection(p);
	bool whole = b->head.verb == POP3_RETR;
	struct mailbox_item item = { .number = b->head.number, .has_size = b->has_size, .size = b->size, .part = !whole,
		.peek = true, .unique_text = uidl_of(&p->uidls, b->head.number) };

	b->stored.ended = ended;
	if (c != NULL) {
		if (c->account != NULL)
			item.account_text = buffer_bytes(c->account);
		/* What broke off is read in part, whatever was asked for. */
		collection_read(c, whole && ended ? READ_WHOLE : READ_PART, 0, b->head.number, b->stored.octets, false);
	}
	p->fetched += whole && ended;
	if (stored_tell(&b->stored, p->context, &item, ended ? MESSAGE_ACCEPTED : MESSAGE_INCOMPLETE, p->authenticated,
		p->messages, time))
		p->messages++;
}

static void
end_many(struct pop3 *p, bool ended, usec_t time)
{
	struct pop3_busy *b = p->busy;

	if (brings_message(&b->head))
		end_message(p, ended, time);
	else if (b->head.verb == POP3_LIST)
		p->list_whole = ended;
	else if (b->head.verb == POP3_UIDL)
		p->uidl_whole = ended;
	b->answer = POP3_ONE_LINE;
	line_begin(&b->reply);
}

/* --- replies --- */

enum status { STATUS_NONE, STATUS_OK, STATUS_ERR, STATUS_CHALLENGE };

static enum status
status_of(struct bytes line, struct bytes *text)
{
	if (bytes_starts(line, BYTES("+OK"))) {
		*text = bytes_skip(line, 3);
		return text->len == 0 || ascii_is_blank(text->at[0]) ? STATUS_OK : STATUS_NONE;
	}
	if (bytes_starts(line, BYTES("-ERR"))) {
		*text = bytes_skip(line, 4);
		return text->len == 0 || ascii_is_blank(text->at[0]) ? STATUS_ERR : STATUS_NONE;
	}
	*text = bytes_skip(line, 1);
	return bytes_equal(line, BYTES("+")) || bytes_starts(line, BYTES("+ ")) ? STATUS_CHALLENGE : STATUS_NONE;
}

/* A refusal that says nothing about the password (RFC 2449 section 8.1.1, RFC 3206). */
static enum login_outcome
outcome_of(bool ok, struct bytes text)
{
	text = bytes_trim(text);
	if (ok)
		return LOGIN_SUCCESS;
	return bytes_starts_nocase(text, BYTES("[IN-USE]")) || bytes_starts_nocase(text, BYTES("[SYS/")) ||
	    bytes_starts_nocase(text, BYTES("[LOGIN-DELAY]")) ? LOGIN_UNKNOWN : LOGIN_FAILURE;
}

static void
end_login(struct pop3 *p, const struct pop3_pending *head, enum login_outcome outcome, usec_t time)
{
	struct sasl *sasl = &p->busy->sasl;

	if (head->verb == POP3_PASS)
		pop3_login(p, BYTES("USER"), true, outcome, time);
	else if (head->verb == POP3_APOP)
		pop3_login(p, BYTES("APOP"), false, outcome, time);
	else
		pop3_login(p, buffer_bytes(&sasl->name), sasl_secret_was_clear(sasl), outcome, time);
	p->in_auth = false;
}

static void
note_stat(struct pop3 *p, struct bytes text)
{
	struct bytes rest = bytes_trim(text), first = bytes_split(&rest, ' '), second;
	struct collection *c;
	uint64_t messages, octets;

	rest = bytes_trim(rest);
	second = bytes_split(&rest, ' ');
	if (!bytes_decimal(first, UINT32_MAX, &messages) || !bytes_decimal(second, UINT64_MAX, &octets))
		return;
	p->has_stat = true;
	p->stat_messages = messages;
	p->stat_octets = octets;
	if ((c = pop3_collection(p)) != NULL)
		collection_exists(c, messages);
}

/* "+OK 3 name": who asks for one. */
static void
note_one_uidl(struct pop3 *p, struct bytes text, usec_t time)
{
	struct bytes rest = bytes_trim(text), word = bytes_split(&rest, ' ');
	uint64_t number;

	if (bytes_decimal(word, UINT32_MAX, &number))
		note_uidl(p, number, rest, time);
}

static void
settle(struct pop3 *p, const struct pop3_pending *head, bool ok, struct bytes text, usec_t time)
{
	switch (head->verb) {
	case POP3_PASS:
	case POP3_APOP:
	case POP3_AUTH:
		end_login(p, head, outcome_of(ok, text), time);
		return;
	default:
		break;
	}
	if (!ok)
		return;
	switch (head->verb) {
	case POP3_STAT:
		note_stat(p, text);
		break;
	case POP3_LIST:
	case POP3_UIDL:
	case POP3_LANG:
		if (!head->has_argument)
			begin_many(p, head, text);
		else if (head->verb == POP3_UIDL)
			note_one_uidl(p, text, time);
		break;
	case POP3_RETR:
	case POP3_TOP:
		p->retr += head->verb == POP3_RETR;
		p->top += head->verb == POP3_TOP;
		begin_many(p, head, text);
		break;
	case POP3_CAPA:
		word_list_clear(&p->capabilities);
		begin_many(p, head, text);
		break;
	case POP3_AUTH_LIST:
		begin_many(p, head, text);
		break;
	case POP3_DELE:
		p->dele++;
		if (p->collection != NULL)
			p->collection->report.deleted++;
		break;
	case POP3_RSET:
		if (p->collection != NULL)
			p->collection->report.deleted = 0;
		break;
	case POP3_QUIT:
		p->quit = true;
		break;
	case POP3_STLS:
		p->starts_tls = p->started_tls = true;
		break;
	default:
		break;
	}
}

/* Whether what comes first, although the client has spoken, is the greeting and no reply: it names the server, or has a time
 * stamp for APOP. */
static bool
is_greeting(struct bytes text)
{
	return bytes_find_nocase(text, BYTES("POP3")) != BYTES_NOWHERE || bytes_find_nocase(text, BYTES("server")) != BYTES_NOWHERE ||
	    (bytes_find(text, '<') != BYTES_NOWHERE && bytes_find(text, '@') != BYTES_NOWHERE);
}

static void
greet(struct pop3 *p, struct bytes text)
{
	struct buffer banner;
	uint8_t *copy;

	p->greeted = p->has_banner = p->known = true;
	buffer_init(&banner, POP3_TEXT_MAX);
	(void)text_append(&banner, bytes_trim(text), POP3_TEXT_MAX);
	copy = banner.len > 0 ? memory_take(banner.len) : NULL;
	if (copy != NULL) {
		memcpy(copy, banner.at, banner.len);
		p->banner = bytes_of(copy, banner.len);
	}
	buffer_clear(&banner);
}

/* A line that is no status: the middle of an answer whose beginning was lost, or not POP3 at all. */
static void
on_strange_line(struct pop3 *p, struct bytes line, usec_t time)
{
	struct pop3_busy *b = p->busy;
	struct pop3_pending head = { 0 };
	bool ended;

	if (b->answer == POP3_PERHAPS || p->doubtful) {
		if (p->doubtful && b->queue.len > 0)
			(void)pop3_queue_take(&b->queue, &head);
		p->doubtful = false;
		begin_many(p, &head, (struct bytes){ 0 });
		if (brings_message(&head))
			stored_lose(&b->stored, 0);
		(void)dotted_push(&b->dotted, line, brings_message(&head) ? stored_push : NULL, &b->stored, &ended);
		(void)dotted_push(&b->dotted, BYTES("\r\n"), brings_message(&head) ? stored_push : NULL, &b->stored, &ended);
		if (ended)
			end_many(p, true, time);
		return;
	}
	pop3_say(p, ANOMALY_BAD_REPLY, FROM_SERVER, time);
	if (++p->strange[FROM_SERVER] >= p->context->limits->unknown_commands) {
		pop3_say(p, ANOMALY_NOT_POP3, FROM_SERVER, time);
		p->done = true;
	}
}

static void
on_reply(struct pop3 *p, struct bytes line, usec_t time)
{
	struct pop3_busy *b = p->busy;
	struct pop3_pending head;
	struct bytes text;
	enum status status = status_of(line, &text);

	if (status == STATUS_NONE) {
		on_strange_line(p, line, time);
		return;
	}
	b->answer = POP3_ONE_LINE;
	p->strange[FROM_SERVER] = 0;
	if (status == STATUS_CHALLENGE)
		return;
	p->known = true;
	if (!p->greeted && (b->queue.len == 0 || is_greeting(text))) {
		greet(p, text);
		return;
	}
	p->greeted = true;
	if (pop3_queue_take(&b->queue, &head))
		settle(p, &head, status == STATUS_OK, text, time);
	else if (status == STATUS_OK)
		b->answer = POP3_PERHAPS;
}

static void
on_line(struct pop3 *p, usec_t time)
{
	struct line *l = &p->busy->reply;

	if (l->cut)
		pop3_say(p, ANOMALY_LONG_LINE, FROM_SERVER, time);
	if (l->doubtful) {
		p->doubtful = true; /* a reply may have been in it */
		return;
	}
	on_reply(p, line_text(l), time);
}

size_t
pop3_server_push(struct pop3 *p, struct bytes in, usec_t time)
{
	struct pop3_busy *b = p->busy;
	size_t n = 0;

	while (n < in.len && !p->done && !p->starts_tls) {
		struct entries entries = { p, time };
		bool ended;

		if (b->answer != POP3_MANY_LINES) {
			n += line_push(&b->reply, bytes_skip(in, n));
			if (b->reply.complete)
				on_line(p, time);
			continue;
		}
		if (brings_message(&b->head))
			n += dotted_push(&b->dotted, bytes_skip(in, n), stored_push, &b->stored, &ended);
		else
			n += dotted_push(&b->dotted, bytes_skip(in, n), take_entries, &entries, &ended);
		if (ended)
			end_many(p, true, time);
	}
	return p->done ? in.len : n;
}

void
pop3_server_lost(struct pop3 *p, uint64_t missing)
{
	struct pop3_busy *b = p->busy;

	p->greeted = true;
	if (b->answer == POP3_MANY_LINES) {
		if (brings_message(&b->head))
			stored_lose(&b->stored, missing);
		dotted_lost(&b->dotted);
		line_lost(&b->entry);
		b->lossy = true;
		return;
	}
	line_lost(&b->reply);
	b->answer = POP3_ONE_LINE;
	p->doubtful = true;
}

void
pop3_server_overtaken(struct pop3 *p, usec_t time)
{
	if (p->busy->answer == POP3_MANY_LINES && p->busy->lossy && p->busy->queue.len == 0)
		end_many(p, false, time);
}

void
pop3_unanswered(struct pop3 *p, const struct pop3_pending *head, usec_t time)
{
	if (head->verb == POP3_PASS || head->verb == POP3_APOP || head->verb == POP3_AUTH)
		end_login(p, head, LOGIN_UNKNOWN, time);
}

void
pop3_server_finish(struct pop3 *p, usec_t time)
{
	struct pop3_pending head;

	if (p->busy->answer == POP3_MANY_LINES)
		end_many(p, false, time);
	while (pop3_queue_take(&p->busy->queue, &head))
		pop3_unanswered(p, &head, time);
}
