/* SPDX-License-Identifier: Apache-2.0
 *
 * What the client of an SMTP dialogue says.
 */
#include "protocol/smtp.h"

#include "base/text.h"

/* Octets of a verb or argument that are kept for the report. */
#define WORD_MAX 24
#define HELO_MAX 8192

/* A lone dot and the like: notes what is listed as a command. */
static void
note_command(struct smtp *s, struct bytes word)
{
	uint8_t upper[WORD_MAX];
	size_t n = 0;

	for (; n < word.len && n < sizeof(upper); n++) {
		uint8_t c = word.at[n];

		upper[n] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 0x20) : c > ' ' && c < 0x7f ? c : '?';
	}
	(void)texts_add(&s->commands, bytes_of(upper, n));
}

static void
leave_transaction(struct smtp *s, usec_t time)
{
	if (s->transaction != NULL)
		smtp_tell(s, s->transaction, 0, bytes_of(NULL, 0), time);
	smtp_transaction_drop(s->transaction);
	s->transaction = NULL;
}

/* The transaction under way, or a new one. */
static struct smtp_transaction *
transaction_of(struct smtp *s)
{
	if (s->transaction == NULL)
		s->transaction = smtp_transaction_new(s->context.limits);
	return s->transaction;
}

static void
on_mail(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	bool nested = s->transaction != NULL && s->transaction->sender == SMTP_SENDER_GIVEN;
	struct bytes address = c->argument;
	struct smtp_pending *p;

	if (!smtp_path_read(c->argument, BYTES("FROM"), &address)) {
		(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
		return;
	}
	if (!nested && transaction_of(s) != NULL)
		smtp_transaction_set_sender(s->transaction, address);
	p = smtp_pending_add(s, SMTP_AWAITS_MAIL, s->transaction, time);
	if (p == NULL)
		return;
	p->nested = nested;
	(void)buffer_append(&p->address, address);
}

static void
on_rcpt(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	struct bytes address = c->argument;
	struct smtp_pending *p;

	if (!smtp_path_read(c->argument, BYTES("TO"), &address) || transaction_of(s) == NULL) {
		(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
		return;
	}
	if (s->transaction->sender == SMTP_SENDER_NONE)
		smtp_say(s, ANOMALY_RCPT_WITHOUT_MAIL, FROM_CLIENT, time);
	if (!texts_add(&s->transaction->to, address))
		smtp_say(s, ANOMALY_RECIPIENT_CEILING, FROM_CLIENT, time);
	p = smtp_pending_add(s, SMTP_AWAITS_RCPT, s->transaction, time);
	if (p != NULL)
		(void)buffer_append(&p->address, address);
}

void
smtp_client_begin_content(struct smtp *s)
{
	if (transaction_of(s) != NULL)
		(void)smtp_transaction_begin(s->transaction, TRANSFER_SMTP_DATA, s->context.message_limits);
	smtp_data_init(&s->data);
	s->state = SMTP_STATE_CONTENT;
}

static void
end_chunk(struct smtp *s, usec_t time)
{
	s->state = SMTP_STATE_COMMANDS;
	if (s->chunk_last)
		smtp_client_end_message(s, time);
}

static void
on_bdat(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	uint64_t size;
	bool last;

	if (!smtp_chunk_read(c->argument, &size, &last)) {
		smtp_say(s, ANOMALY_BAD_BDAT, FROM_CLIENT, time);
		(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
		return;
	}
	if (transaction_of(s) != NULL &&
	    smtp_transaction_begin(s->transaction, TRANSFER_SMTP_BDAT, s->context.message_limits))
		smtp_transaction_chunk(s->transaction, size);
	s->chunk_left = size;
	s->chunk_last = last;
	s->state = SMTP_STATE_CHUNK;
	if (!last)
		(void)smtp_pending_add(s, SMTP_AWAITS_CHUNK, s->transaction, time);
	if (size == 0)
		end_chunk(s, time);
}

static void
on_hello(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	struct smtp_pending *p;

	s->has_helo = true;
	s->lmtp |= c->verb == SMTP_LHLO;
	buffer_reset(&s->helo_given);
	(void)text_append(&s->helo_given, c->argument, HELO_MAX);
	if (s->helo.len == 0)
		(void)buffer_append(&s->helo, buffer_bytes(&s->helo_given));
	p = smtp_pending_add(s, SMTP_AWAITS_HELLO, s->transaction, time);
	if (p != NULL)
		(void)buffer_append(&p->address, buffer_bytes(&s->helo_given));
}

static void
on_auth(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	struct bytes rest = c->argument, mechanism = bytes_split(&rest, ' ');

	sasl_begin(&s->sasl, mechanism);
	s->auth_under_way = true;
	s->auth_challenged = false;
	rest = bytes_trim(rest);
	if (rest.len > 0)
		sasl_response(&s->sasl, rest);
	(void)smtp_pending_add(s, SMTP_AWAITS_AUTH, NULL, time);
}

/* Binary, or words that mean nothing, again and again: somebody else's protocol. */
static void
on_unknown(struct smtp *s, usec_t time)
{
	(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
	/* Behind a gap, content may pass for commands: only a dialogue that was seen whole is given up. */
	if (++s->unknown_row < s->context.limits->unknown_commands || s->lossy)
		return;
	smtp_say(s, ANOMALY_NOT_SMTP, FROM_CLIENT, time);
	s->done = true;
}

static void
on_command(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	note_command(s, c->word);
	if (c->verb == SMTP_UNKNOWN) {
		on_unknown(s, time);
		return;
	}
	s->unknown_row = 0;
	s->known++;
	switch (c->verb) {
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		on_hello(s, c, time);
		break;
	case SMTP_MAIL:
	case SMTP_SEND:
	case SMTP_SOML:
	case SMTP_SAML:
		on_mail(s, c, time);
		break;
	case SMTP_RCPT:
		on_rcpt(s, c, time);
		break;
	case SMTP_DATA:
		(void)smtp_pending_add(s, SMTP_AWAITS_GO_AHEAD, s->transaction, time);
		s->state = SMTP_STATE_GO_AHEAD;
		break;
	case SMTP_BDAT:
		on_bdat(s, c, time);
		break;
	case SMTP_RSET:
		leave_transaction(s, time);
		(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
		break;
	case SMTP_AUTH:
		on_auth(s, c, time);
		break;
	case SMTP_STARTTLS:
		s->starttls_pending = true;
		(void)smtp_pending_add(s, SMTP_AWAITS_STARTTLS, NULL, time);
		break;
	default:
		(void)smtp_pending_add(s, SMTP_AWAITS_COMMAND, NULL, time);
		break;
	}
}

static void
on_line(struct smtp *s, usec_t time)
{
	struct bytes text = line_text(&s->command);
	struct smtp_command c;

	if (s->command.cut)
		smtp_say(s, ANOMALY_LONG_LINE, FROM_CLIENT, time);
	if (s->command.bare_lf)
		smtp_say(s, ANOMALY_BARE_LF, FROM_CLIENT, time);
	/* Behind a gap only what is a command beyond doubt is one. */
	if (s->command.doubtful && smtp_command_read(text).verb == SMTP_UNKNOWN)
		return;
	if (s->auth_challenged) {
		s->auth_challenged = false;
		note_command(s, BYTES("*"));
		if (!bytes_equal(bytes_trim(text), BYTES("*")))
			sasl_response(&s->sasl, text);
		return;
	}
	c = smtp_command_read(text);
	if (c.word.len > 0)
		on_command(s, &c, time);
}

/* A lone dot or the last chunk: the message is whole, and one reply (LMTP: one per recipient) will say its fate. */
void
smtp_client_end_message(struct smtp *s, usec_t time)
{
	struct smtp_transaction *t = s->transaction;
	struct smtp_pending *p;

	s->state = SMTP_STATE_COMMANDS;
	if (t != NULL)
		t->ended = true;
	p = smtp_pending_add(s, SMTP_AWAITS_MESSAGE, t, time);
	if (p != NULL && s->lmtp && t != NULL && t->to.len > 1)
		p->replies = (unsigned)t->to.len;
	if (p == NULL && t != NULL)
		smtp_tell(s, t, 0, bytes_of(NULL, 0), time);
	smtp_transaction_drop(t);
	s->transaction = NULL;
}

static size_t
push_content(struct smtp *s, struct bytes in, usec_t time)
{
	struct message *to = s->transaction != NULL ? s->transaction->message : NULL;
	bool ended;
	size_t used = smtp_data_push(&s->data, in, to, &ended);

	if (s->data.smuggling)
		smtp_say(s, ANOMALY_SMUGGLING, FROM_CLIENT, time);
	if (!ended)
		return used;
	if (s->data.bare)
		smtp_say(s, ANOMALY_BARE_LF, FROM_CLIENT, time);
	note_command(s, BYTES("."));
	smtp_client_end_message(s, time);
	return used;
}

static size_t
push_chunk(struct smtp *s, struct bytes in, usec_t time)
{
	size_t n = s->chunk_left < in.len ? (size_t)s->chunk_left : in.len;

	if (s->transaction != NULL && s->transaction->message != NULL)
		message_push(s->transaction->message, bytes_first(in, n));
	s->chunk_left -= n;
	if (s->chunk_left == 0)
		end_chunk(s, time);
	return n;
}

/* What follows DATA before its reply: content if the server agrees, commands if it does not. A server of which nothing
 * was ever seen is taken to agree, and so is one that takes too long. */
static size_t
push_undecided(struct smtp *s, struct bytes in, usec_t time)
{
	if (!s->server_spoke) {
		smtp_client_begin_content(s);
		return 0;
	}
	smtp_say(s, ANOMALY_DATA_NOT_AWAITED, FROM_CLIENT, time);
	if (in.len <= s->held.ceiling - s->held.len) {
		if (!buffer_append(&s->held, in))
			smtp_say(s, ANOMALY_TEXT_LOST, FROM_CLIENT, time);
		return in.len;
	}
	smtp_client_resume(s, true, time);
	return 0;
}

void
smtp_client_push(struct smtp *s, struct bytes in, usec_t time)
{
	s->client_spoke = true;
	while (in.len > 0 && !s->done) {
		size_t used = 0;

		switch (s->state) {
		case SMTP_STATE_COMMANDS:
			if (s->starttls_pending)
				smtp_say(s, ANOMALY_PLAINTEXT_AFTER_STARTTLS, FROM_CLIENT, time);
			used = line_push(&s->command, in);
			if (s->command.complete)
				on_line(s, time);
			break;
		case SMTP_STATE_GO_AHEAD:
			used = push_undecided(s, in, time);
			break;
		case SMTP_STATE_CONTENT:
			used = push_content(s, in, time);
			break;
		case SMTP_STATE_CHUNK:
			used = push_chunk(s, in, time);
			break;
		}
		in = bytes_skip(in, used);
	}
}

void
smtp_client_resume(struct smtp *s, bool content, usec_t time)
{
	struct buffer held = s->held;

	buffer_init(&s->held, SMTP_HELD_MAX);
	if (content)
		smtp_client_begin_content(s);
	else
		s->state = SMTP_STATE_COMMANDS;
	smtp_client_push(s, buffer_bytes(&held), time);
	buffer_clear(&held);
}

/* Octets of the content are missing: the message goes on without them. */
static void
lose_content(struct smtp *s, uint64_t missing)
{
	if (s->transaction == NULL)
		return;
	s->transaction->lossy = true;
	if (s->transaction->message != NULL)
		message_gap(s->transaction->message, missing);
}

void
smtp_client_lost(struct smtp *s, uint64_t missing, usec_t time)
{
	uint64_t part;

	s->client_spoke = true;
	s->lossy = true;
	if (s->state == SMTP_STATE_GO_AHEAD)
		smtp_client_resume(s, true, time);
	if (s->state == SMTP_STATE_CONTENT) {
		lose_content(s, missing);
		smtp_data_lost(&s->data);
		return;
	}
	if (s->state == SMTP_STATE_CHUNK) {
		part = missing < s->chunk_left ? missing : s->chunk_left;
		lose_content(s, part);
		s->chunk_left -= part;
		if (s->chunk_left > 0)
			return;
		end_chunk(s, time);
		if (part == missing)
			return;
	}
	line_lost(&s->command);
	s->auth_challenged = false;
	smtp_pending_clear(s, time);
}
