/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server of an SMTP dialogue answers, and to what: a reply belongs to the oldest command that awaits one, unless
 * its code can only be meant for a later one.
 */
#include "base/text.h"
#include "protocol/smtp.h"
#include "protocol/starttls.h"

/* Authentication mechanisms a server may offer. */
#define MECHANISMS_MAX 32
#define MECHANISM_MAX 32

/* --- what is remembered for the report --- */

static void
note_reply(struct smtp *s, const struct smtp_reply_line *r)
{
	smtp_journal_code(&s->kept.journal, r->code, s->context->limits->commands);
	s->last_reply = *r;
}

void
smtp_put_reply(const struct smtp *s, struct buffer *out)
{
	const struct smtp_reply_line *r = &s->last_reply;
	uint8_t digits[] = { (uint8_t)('0' + r->code / 100), (uint8_t)('0' + r->code / 10 % 10),
		(uint8_t)('0' + r->code % 10), ' ' };

	(void)buffer_append(out, bytes_of(digits, r->text.len > 0 ? 4 : 3));
	(void)text_append(out, r->text, SMTP_TEXT_MAX);
}

void
smtp_keep_reply(const struct smtp *s, struct smtp_delivery *d, uint16_t code)
{
	struct buffer reply;

	buffer_init(&reply, SMTP_REPLY_MAX);
	smtp_put_reply(s, &reply);
	smtp_delivery_keep_reply(d, code, buffer_bytes(&reply));
	buffer_clear(&reply);
}

/* A line of the answer to EHLO: what the server offers. */
static void
on_offer(struct smtp *s, struct bytes text, usec_t time)
{
	struct bytes rest = text, word = bytes_split(&rest, ' ');

	if (bytes_equal_nocase(word, BYTES("STARTTLS")))
		s->kept.starttls_offered = true;
	if (starttls_is_masked(word, BYTES("STARTTLS")))
		smtp_say(s, ANOMALY_STARTTLS_MASKED, FROM_SERVER, time);
	/* "AUTH=" is how the drafts of RFC 2554 wrote it: the same list a second time. */
	if (bytes_starts_nocase(word, BYTES("AUTH=")))
		rest = bytes_skip(text, sizeof("AUTH=") - 1);
	else if (!bytes_equal_nocase(word, BYTES("AUTH")))
		return;
	if (smtp_journal_has_offers(s->kept.journal))
		return;
	while (rest.len > 0) {
		struct bytes mechanism = bytes_split(&rest, ' ');

		if (mechanism.len > 0 && mechanism.len <= MECHANISM_MAX && text_is_utf8(mechanism))
			smtp_journal_offer(&s->kept.journal, mechanism, MECHANISMS_MAX);
	}
}

/* --- which command it answers --- */

/* Codes that answer one command and no other (RFC 5321 section 4.2.3, RFC 4954 section 6). */
static const struct {
	uint16_t code;
	enum smtp_awaited what;
} exclusive[] = {
	{ 354, SMTP_AWAITS_GO_AHEAD },
	{ 334, SMTP_AWAITS_AUTH },
	{ 235, SMTP_AWAITS_AUTH },
	{ 221, SMTP_AWAITS_QUIT },
};

/* What is older than the command that this code must be meant for never got a reply that could be read: it is passed
 * over. Whether such a command was found. */
static bool
resynchronise(struct smtp *s, uint16_t code, usec_t time)
{
	size_t before;

	for (size_t i = 0; i < sizeof(exclusive) / sizeof(exclusive[0]); i++) {
		if (exclusive[i].code != code || !smtp_pending_find(s, exclusive[i].what, &before))
			continue;
		while (before-- > 0)
			smtp_settle_first(s, 0, time);
		return true;
	}
	return false;
}

/* A reply that nothing awaits. It may say what was in a part that is missing. */
static void
on_unasked(struct smtp *s, uint16_t code, usec_t time)
{
	struct smtp_delivery *d = s->delivery;

	if (s->state == SMTP_STATE_COMMANDS && code == 354 && s->kept.lossy) {
		smtp_client_begin_unasked(s, time);
	} else if (s->state == SMTP_STATE_CONTENT && code / 100 != 3 &&
		   (d == NULL || d->lossy || s->data.smuggling)) {
		/* The server has seen an end of the content that we have not, or took for none. */
		if (d != NULL) {
			d->ended = true;
			d->lossy = true;
			smtp_tell(s, d, code, time);
		}
		smtp_client_abandon(s);
	} else if (s->state == SMTP_STATE_CONTENT && code >= 400 && d != NULL) {
		/* It has had enough. Some more may come, but no other reply. */
		smtp_keep_reply(s, d, code);
	}
}

/* The final line of a reply. */
static void
on_reply(struct smtp *s, uint16_t code, usec_t time)
{
	struct smtp_pending *p;
	bool certain;

	/* Who is answered has ended the line. */
	if (s->queue.len <= 1 && s->command.doubtful && !line_is_open(&s->command))
		line_begin(&s->command);
	if (s->queue.len == 0)
		smtp_client_answered(s, time);
	certain = resynchronise(s, code, time);
	if (code == 334) {
		/* Also of an AUTH that was not seen: what the client says next may be its secret. */
		s->auth_challenged = true;
		s->kept.auth_seen = true;
	}
	/* 354 answers a DATA that was not seen; what is older got its reply where nobody saw it. */
	if (code == 354 && !certain && s->kept.lossy && s->state == SMTP_STATE_COMMANDS)
		smtp_settle_all(s, time);
	p = smtp_pending_first(s);
	if (p == NULL) {
		on_unasked(s, code, time);
		return;
	}
	if (p->what == SMTP_AWAITS_AUTH && code == 334)
		return;
	/* Where replies were lost, one that fits several commands says nothing. */
	if (!certain && s->kept.doubtful && s->queue.len > 1)
		return;
	if (p->what == SMTP_AWAITS_GO_AHEAD && code / 100 == 2 && s->kept.lossy) {
		/* DATA is never answered so: this is for a command before it, or for what followed its lost reply. */
		if (s->held.len == 0)
			return;
		smtp_settle_first(s, 0, time);
		if (s->queue.len == 0) {
			on_unasked(s, code, time);
			return;
		}
	}
	s->kept.doubtful = false;
	smtp_settle_first(s, code, time);
}

/* --- lines --- */

/* The greeting (RFC 5321 section 4.3.1) is 220 or a refusal; another code says that it was not seen. */
static bool
is_greeting(struct smtp *s, const struct smtp_reply_line *r)
{
	if (!s->kept.greeted && s->kept.banner_code == 0 && r->code != 220 && r->code < 400)
		s->kept.greeted = true;
	return !s->kept.greeted;
}

/* Its first line names the server; further lines are for people. */
static void
on_greeting_line(struct smtp *s, const struct smtp_reply_line *r, usec_t time)
{
	if (s->kept.banner_code == 0) {
		if (s->kept.client_spoke)
			smtp_say(s, ANOMALY_EARLY_CLIENT, FROM_CLIENT, time);
		s->kept.banner_code = r->code;
		smtp_keep_text(s, SMTP_JOURNAL_GREETING, r->text);
	}
	if (!r->last)
		return;
	s->kept.greeted = true;
	note_reply(s, r);
}

static void
on_line(struct smtp *s, usec_t time)
{
	struct bytes text = line_text(&s->reply);
	struct smtp_reply_line r;
	struct smtp_pending *p;

	if (s->reply.cut)
		smtp_say(s, ANOMALY_LONG_LINE, FROM_SERVER, time);
	if (!smtp_reply_read(text, &r)) {
		if (text.len > 0 && !s->reply.doubtful)
			smtp_say(s, ANOMALY_BAD_REPLY, FROM_SERVER, time);
		return;
	}
	if (s->kept.reply_code != 0 && s->kept.reply_code != r.code)
		smtp_say(s, ANOMALY_REPLY_CODES, FROM_SERVER, time);
	s->kept.reply_code = r.last ? 0 : r.code;
	if (is_greeting(s, &r)) {
		on_greeting_line(s, &r, time);
		return;
	}
	p = smtp_pending_first(s);
	if (p != NULL && p->what == SMTP_AWAITS_HELLO && r.code == 250)
		on_offer(s, r.text, time);
	if (!r.last)
		return;
	note_reply(s, &r);
	on_reply(s, r.code, time);
}

size_t
smtp_server_push(struct smtp *s, struct bytes in, usec_t time)
{
	size_t used = 0;

	s->kept.server_spoke = true;
	s->kept.unheard = false;
	while (used < in.len && !s->starts_tls && !s->kept.done) {
		used += line_push(&s->reply, bytes_skip(in, used));
		if (s->reply.complete)
			on_line(s, time);
	}
	return s->kept.done ? in.len : used;
}

/* Replies were lost, nobody knows how many. What awaits one may get it yet, if it is the only one. */
void
smtp_server_lost(struct smtp *s)
{
	s->kept.server_spoke = true;
	s->kept.unheard = false;
	s->kept.greeted = true;
	s->kept.lossy = true;
	s->kept.reply_code = 0;
	line_lost(&s->reply);
	s->kept.doubtful = s->queue.len > 0;
}
