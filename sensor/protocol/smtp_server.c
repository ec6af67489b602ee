/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server of an SMTP dialogue answers, and to what.
 */
#include <stdlib.h>

#include "base/text.h"
#include "protocol/smtp.h"
#include "protocol/smtp_reply.h"

#define TEXT_MAX 8192
#define CODES_FIRST 16

static void answer(struct smtp *, uint16_t code, usec_t time);
static void on_unasked(struct smtp *, uint16_t code, usec_t time);

static void
note_code(struct smtp *s, uint16_t code)
{
	size_t room = s->code_room == 0 ? CODES_FIRST : s->code_room * 2;
	uint16_t *more;

	if (s->code_count >= s->context.limits->commands) {
		s->codes_dropped++;
		return;
	}
	if (s->code_count == s->code_room) {
		more = realloc(s->codes, room * sizeof(*more));
		if (more == NULL) {
			s->codes_dropped++;
			return;
		}
		s->codes = more;
		s->code_room = room;
	}
	s->codes[s->code_count++] = code;
}

/* The greeting's first line names the server; further lines are for people. */
static void
on_greeting_line(struct smtp *s, const struct smtp_reply_line *r, usec_t time)
{
	if (s->banner_code == 0) {
		if (s->client_spoke)
			smtp_say(s, ANOMALY_EARLY_CLIENT, FROM_CLIENT, time);
		s->banner_code = r->code;
		(void)text_append(&s->banner, r->text, TEXT_MAX);
	}
	s->greeted |= r->last;
}

/* A line of the answer to EHLO: what the server offers. */
static void
on_offer(struct smtp *s, struct bytes text)
{
	struct bytes rest = text, word = bytes_split(&rest, ' ');

	if (bytes_equal_nocase(word, BYTES("STARTTLS")))
		s->starttls_offered = true;
	/* "AUTH=" is how the drafts of RFC 2554 wrote it: the same list a second time. */
	if (!bytes_equal_nocase(word, BYTES("AUTH")) || s->mechanisms.len > 0)
		return;
	while (rest.len > 0) {
		struct bytes mechanism = bytes_split(&rest, ' ');

		if (mechanism.len > 0 && mechanism.len <= 32 && text_is_utf8(mechanism))
			(void)texts_add(&s->mechanisms, mechanism);
	}
}

static void
on_hello_reply(struct smtp *s, const struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code / 100 != 2)
		return;
	buffer_reset(&s->helo);
	(void)buffer_append(&s->helo, buffer_bytes(&p->address));
	/* A new greeting begins anew (RFC 5321 section 4.1.4); what the client has begun since then is not meant. */
	if (s->transaction != NULL && s->transaction == p->transaction) {
		smtp_tell(s, s->transaction, 0, bytes_of(NULL, 0), time);
		smtp_transaction_drop(s->transaction);
		s->transaction = NULL;
	}
}

static void
on_mail_reply(struct smtp *s, const struct smtp_pending *p, uint16_t code)
{
	struct smtp_transaction *t = p->transaction;

	if (t == NULL)
		return;
	if (p->nested && code / 100 == 2) {
		/* The server took it all the same: the transaction before is over. */
		if (s->transaction == t) {
			smtp_transaction_drop(t);
			s->transaction = smtp_transaction_new(s->context.limits);
			if (s->transaction != NULL)
				smtp_transaction_set_sender(s->transaction, buffer_bytes(&p->address));
		}
	} else if (!p->nested && code >= 400 && t->message == NULL) {
		t->sender = SMTP_SENDER_REFUSED;
		/* What was never taken is no transaction: a later sender begins one. */
		if (s->transaction == t && t->to.len == 0) {
			smtp_transaction_drop(t);
			s->transaction = NULL;
		}
	}
}

static void
on_rcpt_reply(struct smtp *s, const struct smtp_pending *p, uint16_t code)
{
	if (code < 400)
		return;
	(void)texts_add(&s->rcpt_refused, buffer_bytes(&p->address));
	if (p->transaction == NULL)
		return;
	smtp_transaction_refuse(p->transaction, buffer_bytes(&p->address));
	if (s->transaction == p->transaction && p->transaction->sender == SMTP_SENDER_NONE) {
		smtp_transaction_drop(s->transaction);
		s->transaction = NULL;
	}
}

/* What a server may say to a recipient and not to DATA. */
static bool
is_about_recipient(uint16_t code)
{
	return (code >= 450 && code <= 452) || (code >= 550 && code <= 553);
}

/* Whether this is no answer to DATA at all, but one to a command before it, of whose replies some were lost. */
static bool
answers_earlier(const struct smtp *s, uint16_t code)
{
	return s->lossy && s->held.len == 0 && (code / 100 == 2 || is_about_recipient(code));
}

static bool
holds_commands(const struct smtp *s)
{
	struct bytes held = buffer_bytes(&s->held);

	return smtp_command_read(bytes_first(held, bytes_find(held, '\n'))).verb != SMTP_UNKNOWN;
}

/* A good reply that is not 354 tells of what came after DATA already: its own reply was lost. */
static void
on_go_ahead_reply(struct smtp *s, uint16_t code, usec_t time)
{
	bool late = code / 100 == 2;

	if (s->state != SMTP_STATE_GO_AHEAD)
		return;
	smtp_client_resume(s, code == 354 || (late && !holds_commands(s)), time);
	if (!late)
		return;
	if (s->pending_len > 0)
		answer(s, code, time);
	else
		on_unasked(s, code, time);
}

/* A chunk refused ends the message: the server forgets all of it (RFC 3030 section 2). */
static void
on_chunk_reply(struct smtp *s, const struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code < 400 || p->transaction == NULL)
		return;
	smtp_tell(s, p->transaction, code, buffer_bytes(&s->last_reply), time);
	if (s->transaction == p->transaction && s->state == SMTP_STATE_COMMANDS) {
		smtp_transaction_drop(s->transaction);
		s->transaction = NULL;
	}
}

static void
tell_login(struct smtp *s, uint16_t code, usec_t time)
{
	struct login_report report = { .ordinal = s->logins++, .user_text = buffer_bytes(&s->sasl.user),
		.domain_text = buffer_bytes(&s->sasl.domain), .mechanism = buffer_bytes(&s->sasl.name),
		.cleartext = s->sasl.cleartext && s->sasl.responses > 0 };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = s->context.session };

	report.outcome = code == 0 ? LOGIN_UNKNOWN : code / 100 == 2 ? LOGIN_SUCCESS : LOGIN_FAILURE;
	o.login = &report;
	s->context.observe(s->context.observe_arg, &o);
}

static void
on_auth_reply(struct smtp *s, uint16_t code, usec_t time)
{
	s->auth_under_way = false;
	s->auth_challenged = false;
	s->authenticated |= code / 100 == 2;
	tell_login(s, code, time);
}

static void
on_starttls_reply(struct smtp *s, uint16_t code, usec_t time)
{
	s->starttls_pending = false;
	if (code != 220)
		return;
	s->starttls_started = true;
	s->starts_tls = true;
	if (s->transaction != NULL)
		smtp_tell(s, s->transaction, 0, bytes_of(NULL, 0), time);
	smtp_transaction_drop(s->transaction);
	s->transaction = NULL;
}

/* 354 answers DATA and nothing else (RFC 5321 section 4.2.3): what is older than that was never answered in a way that
 * could be read, and is passed over. */
static void
resynchronise(struct smtp *s, uint16_t code)
{
	size_t i;

	if (code != 354)
		return;
	for (i = 0; i < s->pending_len; i++)
		if (s->pending[(s->pending_first + i) % s->pending_room].what == SMTP_AWAITS_GO_AHEAD)
			break;
	if (i == s->pending_len)
		return;
	while (i-- > 0)
		smtp_pending_pop(s);
}

/* The final line of a reply, for the oldest command that awaits one. */
static void
answer(struct smtp *s, uint16_t code, usec_t time)
{
	struct smtp_pending *p, taken;
	enum smtp_awaited what;

	resynchronise(s, code);
	p = &s->pending[s->pending_first];
	what = p->what;
	if (what == SMTP_AWAITS_AUTH && code == 334) {
		s->auth_challenged = true;
		return;
	}
	if (what == SMTP_AWAITS_GO_AHEAD && answers_earlier(s, code))
		return;
	if (what == SMTP_AWAITS_MESSAGE && p->replies > 1) {
		/* LMTP: one recipient's fate each; the message is told of with the first that is good, or the last. */
		p->replies--;
		if (code / 100 == 2)
			smtp_tell(s, p->transaction, code, buffer_bytes(&s->last_reply), time);
		return;
	}
	/* Taken out before it is acted on: what is held may bring further commands. */
	taken = *p;
	s->pending_first = (s->pending_first + 1) % s->pending_room;
	s->pending_len--;
	if (what == SMTP_AWAITS_HELLO)
		on_hello_reply(s, &taken, code, time);
	else if (what == SMTP_AWAITS_MAIL)
		on_mail_reply(s, &taken, code);
	else if (what == SMTP_AWAITS_RCPT)
		on_rcpt_reply(s, &taken, code);
	else if (what == SMTP_AWAITS_GO_AHEAD)
		on_go_ahead_reply(s, code, time);
	else if (what == SMTP_AWAITS_CHUNK)
		on_chunk_reply(s, &taken, code, time);
	else if (what == SMTP_AWAITS_MESSAGE && taken.transaction != NULL)
		smtp_tell(s, taken.transaction, code, buffer_bytes(&s->last_reply), time);
	else if (what == SMTP_AWAITS_AUTH)
		on_auth_reply(s, code, time);
	else if (what == SMTP_AWAITS_STARTTLS)
		on_starttls_reply(s, code, time);
	smtp_transaction_drop(taken.transaction);
	buffer_clear(&taken.address);
}

/* A reply that nothing awaits. 354 says that a DATA was missed; in the middle of content of which something is missing,
 * any other says that the end was in what is missing. */
static void
on_unasked(struct smtp *s, uint16_t code, usec_t time)
{
	struct smtp_transaction *t = s->transaction;

	if (s->state == SMTP_STATE_COMMANDS && code == 354 && s->lossy) {
		line_clear(&s->command);
		smtp_client_begin_content(s);
		return;
	}
	if (s->state != SMTP_STATE_CONTENT || t == NULL || !t->lossy || code == 354)
		return;
	smtp_tell(s, t, code, buffer_bytes(&s->last_reply), time);
	smtp_transaction_drop(t);
	s->transaction = NULL;
	s->state = SMTP_STATE_COMMANDS;
}

static void
note_reply(struct smtp *s, const struct smtp_reply_line *r)
{
	note_code(s, r->code);
	buffer_reset(&s->last_reply);
	(void)text_append_point(&s->last_reply, (uint32_t)('0' + r->code / 100));
	(void)text_append_point(&s->last_reply, (uint32_t)('0' + r->code / 10 % 10));
	(void)text_append_point(&s->last_reply, (uint32_t)('0' + r->code % 10));
	if (r->text.len > 0) {
		(void)buffer_append_octet(&s->last_reply, ' ');
		(void)text_append(&s->last_reply, r->text, TEXT_MAX);
	}
}

static void
on_reply(struct smtp *s, const struct smtp_reply_line *r, usec_t time)
{
	note_reply(s, r);
	/* A server that shuts down says so whenever it likes. */
	if (s->pending_len == 0)
		on_unasked(s, r->code, time);
	else
		answer(s, r->code, time);
}

static void
on_line(struct smtp *s, usec_t time)
{
	struct smtp_reply_line r;

	if (s->reply.cut)
		smtp_say(s, ANOMALY_LONG_LINE, FROM_SERVER, time);
	if (!smtp_reply_read(line_text(&s->reply), &r)) {
		if (line_text(&s->reply).len > 0 && !s->reply.doubtful)
			smtp_say(s, ANOMALY_BAD_REPLY, FROM_SERVER, time);
		return;
	}
	/* A server that was asked and answers 250 has greeted before, unseen: 220, 421 and 554 are greetings. */
	if (!s->greeted && s->banner_code == 0 && s->pending_len > 0 && r.code / 100 == 2 && r.code != 220)
		s->greeted = true;
	if (!s->greeted && !s->context.session->midstream) {
		on_greeting_line(s, &r, time);
		if (r.last)
			note_reply(s, &r);
		return;
	}
	if (s->pending_len > 0 && s->pending[s->pending_first].what == SMTP_AWAITS_HELLO && r.code == 250)
		on_offer(s, r.text);
	if (r.last)
		on_reply(s, &r, time);
}

size_t
smtp_server_push(struct smtp *s, struct bytes in, usec_t time)
{
	size_t used = 0;

	s->server_spoke = true;
	s->starts_tls = false;
	while (used < in.len && !s->starts_tls && !s->done) {
		used += line_push(&s->reply, bytes_skip(in, used));
		if (s->reply.complete)
			on_line(s, time);
	}
	return s->done ? in.len : used;
}

/* Replies were lost, nobody knows how many: what awaited one stays unanswered. Only DATA still waits for its own. */
void
smtp_server_lost(struct smtp *s, usec_t time)
{
	s->server_spoke = true;
	s->greeted = true;
	s->lossy = true;
	line_lost(&s->reply);
	smtp_pending_clear(s, time);
	s->starttls_pending = false;
	if (s->state == SMTP_STATE_GO_AHEAD)
		(void)smtp_pending_add(s, SMTP_AWAITS_GO_AHEAD, s->transaction, time);
}
