/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser's row, its life, and what both sides use.
 */
#include "protocol/smtp.h"

#include <stdlib.h>

#define PENDING_FIRST 8
#define TEXT_MAX 8192
#define ADDRESS_MAX 1024
#define HELO_MAX 8192

void
smtp_say(struct smtp *s, enum anomaly a, enum direction from, usec_t time)
{
	anomaly_say(&s->anomalies, &s->context, a, from, time);
}

void
smtp_tell(struct smtp *s, struct smtp_transaction *t, uint16_t code, struct bytes reply_text, usec_t time)
{
	struct smtp_telling telling = { .context = &s->context, .ordinal = &s->messages,
		.helo_text = buffer_bytes(s->helo.len > 0 ? &s->helo : &s->helo_given),
		.authenticated = s->authenticated, .time = time };
	uint32_t before = s->messages;

	smtp_transaction_tell(t, &telling, code, reply_text);
	if (s->messages > before && code < 400 && t->ended)
		s->messages_sent++;
}

/* --- commands that await their reply --- */

static bool
pending_grow(struct smtp *s)
{
	size_t room = s->pending_room == 0 ? PENDING_FIRST : s->pending_room * 2;
	struct smtp_pending *more;

	if (s->pending_len >= s->context.limits->pending)
		return false;
	more = calloc(room, sizeof(*more));
	if (more == NULL)
		return false;
	for (size_t i = 0; i < s->pending_len; i++)
		more[i] = s->pending[(s->pending_first + i) % s->pending_room];
	free(s->pending);
	s->pending = more;
	s->pending_room = room;
	s->pending_first = 0;
	return true;
}

struct smtp_pending *
smtp_pending_add(struct smtp *s, enum smtp_awaited what, struct smtp_transaction *t, usec_t time)
{
	struct smtp_pending *p;

	if (s->pending_len == s->pending_room && !pending_grow(s)) {
		/* Nobody reads that many replies in good faith: what is outstanding is forgotten, counting begins anew. */
		smtp_say(s, ANOMALY_PENDING_CEILING, FROM_CLIENT, time);
		smtp_pending_clear(s, time);
		if (s->pending_room == 0)
			return NULL;
	}
	p = &s->pending[(s->pending_first + s->pending_len) % s->pending_room];
	s->pending_len++;
	*p = (struct smtp_pending){ .what = what, .transaction = smtp_transaction_use(t) };
	buffer_init(&p->address, what == SMTP_AWAITS_HELLO ? HELO_MAX : ADDRESS_MAX);
	return p;
}

void
smtp_pending_pop(struct smtp *s)
{
	struct smtp_pending *p = &s->pending[s->pending_first];

	smtp_transaction_drop(p->transaction);
	buffer_clear(&p->address);
	s->pending_first = (s->pending_first + 1) % s->pending_room;
	s->pending_len--;
}

void
smtp_pending_clear(struct smtp *s, usec_t time)
{
	while (s->pending_len > 0) {
		struct smtp_pending *p = &s->pending[s->pending_first];

		if (p->what == SMTP_AWAITS_MESSAGE && p->transaction != NULL)
			smtp_tell(s, p->transaction, 0, bytes_of(NULL, 0), time);
		smtp_pending_pop(s);
	}
	s->auth_under_way = false;
}

/* --- the parser's life --- */

static void *
smtp_open(const struct protocol_context *context)
{
	struct smtp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->context = *context;
	line_init(&s->command, context->limits->line);
	line_init(&s->reply, context->limits->line);
	buffer_init(&s->held, SMTP_HELD_MAX);
	buffer_init(&s->banner, TEXT_MAX);
	buffer_init(&s->helo, HELO_MAX);
	buffer_init(&s->helo_given, HELO_MAX);
	buffer_init(&s->last_reply, TEXT_MAX + 8);
	texts_init(&s->commands, context->limits->commands);
	texts_init(&s->mechanisms, 32);
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
	if (from == FROM_CLIENT)
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
	if (from == FROM_CLIENT)
		smtp_client_lost(s, missing, time);
	else
		smtp_server_lost(s, time);
	return verdict_of(s);
}

static void
smtp_finish(void *self, usec_t time)
{
	struct smtp *s = self;
	bool auth = s->auth_under_way;

	if (s->state == SMTP_STATE_GO_AHEAD && s->held.len > 0)
		smtp_client_resume(s, true, time);
	if (auth) {
		struct login_report report = { .ordinal = s->logins++, .user_text = buffer_bytes(&s->sasl.user),
			.domain_text = buffer_bytes(&s->sasl.domain), .mechanism = buffer_bytes(&s->sasl.name),
			.cleartext = s->sasl.cleartext && s->sasl.responses > 0, .outcome = LOGIN_UNKNOWN };
		struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = s->context.session };

		o.login = &report;
		s->context.observe(s->context.observe_arg, &o);
	}
	smtp_pending_clear(s, time);
	if (s->transaction != NULL)
		smtp_tell(s, s->transaction, 0, bytes_of(NULL, 0), time);
	smtp_transaction_drop(s->transaction);
	s->transaction = NULL;
	/* What only reading needed is given back: the report is all that is left to do. */
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
	r->smtp = (struct smtp_report){ .has_helo = s->has_helo, .banner_code = s->banner_code, .banner_text = buffer_bytes(&s->banner),
		.helo_text = buffer_bytes(s->helo.len > 0 ? &s->helo : &s->helo_given),
		.commands = texts_slices(&s->commands), .reply_codes = s->codes, .reply_code_count = s->code_count,
		.reply_codes_dropped = s->codes_dropped, .auth = buffer_bytes(&s->sasl.name),
		.auth_mechanisms = texts_slices(&s->mechanisms), .rcpt_refused = texts_slices(&s->rcpt_refused),
		.starttls_offered = s->starttls_offered, .starttls_started = s->starttls_started };
}

static void
smtp_close(void *self)
{
	struct smtp *s = self;

	while (s->pending_len > 0)
		smtp_pending_pop(s);
	free(s->pending);
	smtp_transaction_drop(s->transaction);
	line_clear(&s->command);
	line_clear(&s->reply);
	buffer_clear(&s->held);
	buffer_clear(&s->banner);
	buffer_clear(&s->helo);
	buffer_clear(&s->helo_given);
	buffer_clear(&s->last_reply);
	texts_clear(&s->commands);
	texts_clear(&s->mechanisms);
	texts_clear(&s->rcpt_refused);
	sasl_clear(&s->sasl);
	free(s->codes);
	free(s);
}

/* --- recognition --- */

static bool
is_text(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if ((b.at[i] < 0x20 && b.at[i] != '\r' && b.at[i] != '\n' && b.at[i] != '\t') || b.at[i] == 0x7f)
			return false;
	return true;
}

static enum recognition
recognise_server(struct bytes first)
{
	struct bytes line = bytes_first(first, bytes_find(first, '\n'));
	size_t digits = 0;

	while (digits < line.len && digits < 3 && ascii_is_digit(line.at[digits]))
		digits++;
	if (digits < 3)
		return digits == line.len && line.len > 0 && line.at[0] >= '2' && line.at[0] <= '5' ? RECOGNISED_MAYBE
											     : RECOGNISED_NOT;
	if (line.at[0] < '2' || line.at[0] > '5')
		return RECOGNISED_NOT;
	if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-' && line.at[3] != '\r')
		return RECOGNISED_NOT;
	if (bytes_find_nocase(line, BYTES("SMTP")) != BYTES_NOWHERE || bytes_find_nocase(line, BYTES("LMTP")) != BYTES_NOWHERE)
		return RECOGNISED_SURE;
	/* FTP greets with the same number. */
	return bytes_find_nocase(line, BYTES("mail")) != BYTES_NOWHERE ? RECOGNISED_LIKELY : RECOGNISED_MAYBE;
}

static enum recognition
recognise_client(struct bytes first)
{
	static const struct {
		struct bytes begin;
		enum recognition how;
	} rows[] = {
		{ { (const uint8_t *)"EHLO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"HELO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"LHLO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"MAIL FROM:", 10 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"RCPT TO:", 8 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"GET ", 4 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"POST ", 5 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"HEAD ", 5 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"OPTIONS ", 8 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"CONNECT ", 8 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"SSH-", 4 }, RECOGNISED_NOT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_starts_nocase(first, rows[i].begin))
			return rows[i].how;
	return is_text(bytes_first(first, 64)) ? RECOGNISED_MAYBE : RECOGNISED_NOT;
}

static enum recognition
smtp_recognises(enum direction from, struct bytes first)
{
	return from == FROM_SERVER ? recognise_server(first) : recognise_client(first);
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
