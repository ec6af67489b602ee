/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser's row and its life.
 */
#include "protocol/smtp.h"


#include "base/memory.h"

/* Authentication mechanisms a server may offer. */
#define MECHANISMS_MAX 32

void
smtp_say(struct smtp *s, enum anomaly a, enum direction from, usec_t time)
{
	anomaly_say(&s->anomalies, &s->context, a, s->turned ? direction_other(from) : from, time);
}

void
smtp_tell(struct smtp *s, struct smtp_delivery *d, uint16_t code, usec_t time)
{
	struct smtp_telling telling = { .context = &s->context, .ordinal = s->messages,
		.helo_text = buffer_bytes(&s->helo), .authenticated = s->authenticated, .code = code, .time = time };

	smtp_envelop(s, d);
	if (code != 0)
		telling.reply_text = buffer_bytes(&s->last_reply);
	else
		code = d->code;
	if (!smtp_delivery_tell(d, &telling))
		return;
	s->messages++;
	s->messages_sent += code < 400 && d->ended;
}

/* --- the parser's life --- */

static void *
smtp_open(const struct protocol_context *context)
{
	struct smtp *s = memory_take_zeroed(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->context = *context;
	s->greeted = context->session->midstream;
	s->lossy = context->session->midstream;
	line_init(&s->command, context->limits->line);
	line_init(&s->reply, context->limits->line);
	buffer_init(&s->held, SMTP_HELD_MAX);
	smtp_transaction_init(&s->transaction, context->limits->recipients);
	buffer_init(&s->banner, SMTP_TEXT_MAX);
	buffer_init(&s->helo, SMTP_TEXT_MAX);
	buffer_init(&s->last_reply, SMTP_TEXT_MAX + 8);
	texts_init(&s->commands, context->limits->commands);
	texts_init(&s->mechanisms, MECHANISMS_MAX);
	texts_init(&s->rcpt_refused, context->limits->recipients);
	sasl_init(&s->sasl);
	return s;
}

static enum parser_verdict
verdict_of(const struct smtp *s)
{
	if (s->done)
		return PARSER_IS_DONE;
	return s->starts_tls ? PARSER_STARTS_TLS : PARSER_CONTINUES;
}

static enum parser_verdict
smtp_push(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct smtp *s = self;

	*used = in.len;
	s->starts_tls = false;
	if (s->done)
		return PARSER_IS_DONE;
	if ((from == FROM_CLIENT) != s->turned)
		smtp_client_push(s, in, time);
	else
		*used = smtp_server_push(s, in, time);
	return verdict_of(s);
}

static enum parser_verdict
smtp_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct smtp *s = self;

	s->starts_tls = false;
	if (s->done)
		return PARSER_IS_DONE;
	if ((from == FROM_CLIENT) != s->turned)
		smtp_client_lost(s, missing, time);
	else
		smtp_server_lost(s);
	return verdict_of(s);
}

static void
smtp_finish(void *self, usec_t time)
{
	struct smtp *s = self;

	/* DATA without an answer and without content is no message. */
	if (s->state == SMTP_STATE_GO_AHEAD && s->held.len == 0)
		s->state = SMTP_STATE_COMMANDS;
	s->unheard = true;
	smtp_settle_all(s, time);
	smtp_login_end(s, 0, time);
	if (s->delivery != NULL)
		smtp_tell(s, s->delivery, 0, time);
	smtp_delivery_drop(s->delivery);
	s->delivery = NULL;
	/* What only reading needed is given back: the report is all that is left to do. */
	smtp_pending_free(s);
	smtp_transaction_reset(&s->transaction);
	line_clear(&s->command);
	line_clear(&s->reply);
	buffer_clear(&s->held);
	s->done = true;
}

static void
smtp_report(const void *self, struct session_report *r)
{
	const struct smtp *s = self;

	r->is_smtp = s->known > 0 || s->banner_code != 0;
	r->messages_sent = s->messages_sent;
	r->starttls |= s->starttls_started;
	r->smtp = (struct smtp_report){ .banner_code = s->banner_code, .banner_text = buffer_bytes(&s->banner),
		.has_helo = s->has_helo, .helo_text = buffer_bytes(&s->helo), .commands = texts_slices(&s->commands),
		.reply_codes = s->codes, .reply_code_count = s->code_count, .reply_codes_dropped = s->codes_dropped,
		.auth = buffer_bytes(&s->sasl.name), .auth_mechanisms = texts_slices(&s->mechanisms),
		.rcpt_refused = texts_slices(&s->rcpt_refused), .starttls_offered = s->starttls_offered,
		.starttls_started = s->starttls_started };
}

static void
smtp_close(void *self)
{
	struct smtp *s = self;

	smtp_pending_free(s);
	smtp_delivery_drop(s->delivery);
	smtp_transaction_reset(&s->transaction);
	line_clear(&s->command);
	line_clear(&s->reply);
	buffer_clear(&s->held);
	buffer_clear(&s->banner);
	buffer_clear(&s->helo);
	buffer_clear(&s->last_reply);
	texts_clear(&s->commands);
	texts_clear(&s->mechanisms);
	texts_clear(&s->rcpt_refused);
	sasl_clear(&s->sasl);
	memory_give_back(s->codes);
	memory_give_back(s);
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
