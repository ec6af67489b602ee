/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser's row and its life.
 */
#include "protocol/smtp.h"


#include "base/memory.h"
#include "base/text.h"

void
smtp_say(struct smtp *s, enum anomaly a, enum direction from, usec_t time)
{
	anomaly_say(&s->kept.anomalies, s->context, a, s->kept.turned ? direction_other(from) : from, time);
}

void
smtp_tell(struct smtp *s, struct smtp_delivery *d, uint16_t code, usec_t time)
{
	struct smtp_telling telling = { .context = s->context, .ordinal = s->kept.messages,
		.helo_text = smtp_journal_text(s->kept.journal, SMTP_JOURNAL_HELO),
		.authenticated = s->kept.authenticated, .code = code, .time = time };
	struct buffer reply;

	buffer_init(&reply, SMTP_REPLY_MAX);
	smtp_envelop(s, d);
	if (code != 0)
		smtp_put_reply(s, &reply);
	else
		code = d->code;
	telling.reply_text = buffer_bytes(&reply);
	if (smtp_delivery_tell(d, &telling)) {
		s->kept.messages++;
		s->kept.messages_sent += code < 400 && d->ended;
	}
	buffer_clear(&reply);
}

void
smtp_keep_text(struct smtp *s, enum smtp_journal_text which, struct bytes in)
{
	struct buffer text;

	if (text_is_plain(in) && in.len <= SMTP_TEXT_MAX) {
		smtp_journal_set(&s->kept.journal, which, in);
		return;
	}
	buffer_init(&text, SMTP_TEXT_MAX);
	(void)text_append(&text, in, SMTP_TEXT_MAX);
	smtp_journal_set(&s->kept.journal, which, buffer_bytes(&text));
	buffer_clear(&text);
}

/* --- busy and calm ---
 *
 * Most dialogues on a busy link do nothing: they have said EHLO and wait. All that an exchange needs is made when one
 * begins, and given back when nothing is left open. */

static struct smtp *
wake(struct smtp_parser *p)
{
	struct smtp *s;

	if (p->busy != NULL)
		return p->busy;
	s = memory_take_zeroed(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->context = p->context;
	s->kept = p->kept;
	line_init(&s->command, s->context->limits->line);
	line_init(&s->reply, s->context->limits->line);
	buffer_init(&s->held, SMTP_HELD_MAX);
	smtp_transaction_init(&s->transaction, s->context->limits->recipients);
	sasl_init(&s->sasl);
	p->busy = s;
	return s;
}

static bool
is_calm(const struct smtp *s)
{
	const struct smtp_transaction *t = &s->transaction;

	return s->state == SMTP_STATE_COMMANDS && s->queue.len == 0 && s->delivery == NULL && s->held.len == 0 &&
	    !t->has_sender && t->to.len == 0 && t->to.dropped == 0 && t->refused.len == 0 &&
	    t->refused.dropped == 0 && !s->auth_under_way && !s->auth_challenged && line_is_calm(&s->command) &&
	    line_is_calm(&s->reply);
}

static void
rest(struct smtp_parser *p)
{
	struct smtp *s = p->busy;

	if (s == NULL)
		return;
	p->kept = s->kept;
	p->busy = NULL;
	smtp_pending_free(s);
	smtp_delivery_drop(s->delivery);
	smtp_transaction_reset(&s->transaction);
	line_clear(&s->command);
	line_clear(&s->reply);
	buffer_clear(&s->held);
	sasl_clear(&s->sasl);
	memory_give_back(s);
}

static const struct smtp_kept *
kept_of(const struct smtp_parser *p)
{
	return p->busy != NULL ? &p->busy->kept : &p->kept;
}

/* --- the parser's life --- */

static void *
smtp_open(const struct protocol_context *context)
{
	struct smtp_parser *p = memory_take_zeroed(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->context = context;
	p->kept.greeted = context->session->midstream;
	p->kept.lossy = context->session->midstream;
	return p;
}

static enum parser_verdict
settle_down(struct smtp_parser *p)
{
	struct smtp *s = p->busy;
	enum parser_verdict verdict = s->kept.done ? PARSER_IS_DONE : s->starts_tls ? PARSER_STARTS_TLS : PARSER_CONTINUES;

	if (is_calm(s))
		rest(p);
	return verdict;
}

static enum parser_verdict
smtp_push(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct smtp_parser *p = self;
	struct smtp *s;

	*used = in.len;
	if (kept_of(p)->done || (s = wake(p)) == NULL)
		return PARSER_IS_DONE;
	s->starts_tls = false;
	if ((from == FROM_CLIENT) != s->kept.turned)
		smtp_client_push(s, in, time);
	else
		*used = smtp_server_push(s, in, time);
	return settle_down(p);
}

static enum parser_verdict
smtp_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct smtp_parser *p = self;
	struct smtp *s;

	if (kept_of(p)->done || (s = wake(p)) == NULL)
		return PARSER_IS_DONE;
	s->starts_tls = false;
	if ((from == FROM_CLIENT) != s->kept.turned)
		smtp_client_lost(s, missing, time);
	else
		smtp_server_lost(s);
	return settle_down(p);
}

static void
smtp_finish(void *self, usec_t time)
{
	struct smtp_parser *p = self;
	struct smtp *s = p->busy;

	if (s != NULL) {
		/* DATA without an answer and without content is no message. */
		if (s->state == SMTP_STATE_GO_AHEAD && s->held.len == 0)
			s->state = SMTP_STATE_COMMANDS;
		s->kept.unheard = true;
		smtp_settle_all(s, time);
		smtp_login_end(s, 0, time);
		if (s->delivery != NULL)
			smtp_tell(s, s->delivery, 0, time);
		/* The report is all that is left to do. */
		rest(p);
	}
	p->kept.done = true;
}

/* Only an EHLO is answered with what the server can do. Who falls back to HELO was refused, or does not want to know. */
static bool
said_ehlo(const struct slices *commands)
{
	bool ehlo = false;

	for (size_t i = 0; i < commands->len; i++) {
		if (bytes_equal(commands->at[i], BYTES("HELO")))
			return false;
		ehlo |= bytes_equal(commands->at[i], BYTES("EHLO"));
	}
	return ehlo;
}

static void
smtp_report(const void *self, struct session_report *r, struct arena *arena)
{
	const struct smtp_kept *k = kept_of(self);

	r->is_smtp = k->known || k->banner_code != 0;
	r->messages_sent = k->messages_sent;
	r->starttls |= k->starttls_started;
	r->starttls_offered = k->starttls_offered;
	r->starttls_masked = (k->anomalies.said[FROM_SERVER] >> ANOMALY_STARTTLS_MASKED & 1) != 0;
	r->smtp = (struct smtp_report){ .banner_code = k->banner_code, .has_helo = k->has_helo,
		.starttls_offered = k->starttls_offered, .starttls_started = k->starttls_started };
	smtp_journal_report(k->journal, &r->smtp, arena);
	r->offers_seen = k->starttls_offered || (k->helo_accepted && !k->lossy && said_ehlo(&r->smtp.commands));
}

static void
smtp_close(void *self)
{
	struct smtp_parser *p = self;

	rest(p);
	smtp_journal_free(p->kept.journal);
	memory_give_back(p);
}

static const uint16_t ports[] = { 25, 587, 2525, 24, 26, 0 };

const struct protocol protocol_smtp = {
	.id = MAIL_SMTP,
	.name = "smtp",
	.help = "SMTP and LMTP: envelopes, messages, logins",
	.ports = ports,
	.recognises = smtp_recognises,
	.open = smtp_open,
	.data = smtp_push,
	.gap = smtp_gap,
	.finish = smtp_finish,
	.report = smtp_report,
	.close = smtp_close,
};
