/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command of the client does: it is listed, and its reply awaited.
 */
#include "protocol/smtp.h"
#include "protocol/smtp_path.h"
#include "protocol/starttls.h"

/* Octets of a verb that are listed. */
#define WORD_MAX 24

void
smtp_note_command(struct smtp *s, struct bytes word)
{
	uint8_t upper[WORD_MAX];
	size_t n = 0;

	for (; n < word.len && n < sizeof(upper); n++) {
		uint8_t c = word.at[n];

		upper[n] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 0x20) : c > ' ' && c < 0x7f ? c : '?';
	}
	smtp_journal_command(&s->kept.journal, bytes_of(upper, n), s->context->limits->commands);
}

static void
await(struct smtp *s, enum smtp_awaited what, usec_t time)
{
	smtp_pending_add(s, what, bytes_of(NULL, 0), NULL, time);
}

static void
on_other(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await(s, SMTP_AWAITS_COMMAND, time);
}

/* With the reply the server forgets what the client has sent so far. */
static void
await_reset(struct smtp *s, enum smtp_awaited what, struct bytes argument, usec_t time)
{
	struct smtp_delivery *d = s->delivery;

	s->delivery = NULL;
	s->kept.sender_named = false;
	smtp_pending_add(s, what, argument, d, time);
	smtp_delivery_drop(d);
}

static void
on_hello(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	s->kept.has_helo = true;
	s->kept.lmtp = c->verb == SMTP_LHLO;
	if (!s->kept.helo_accepted)
		smtp_keep_text(s, SMTP_JOURNAL_HELO, c->argument);
	await_reset(s, SMTP_AWAITS_HELLO, c->argument, time);
}

static void
on_path(struct smtp *s, const struct smtp_command *c, struct bytes keyword, enum smtp_awaited what, usec_t time)
{
	struct smtp_path path;

	if (!smtp_path_read(c->argument, keyword, &path)) {
		await(s, SMTP_AWAITS_COMMAND, time);
		return;
	}
	if (path.routed)
		smtp_say(s, ANOMALY_SOURCE_ROUTE, FROM_CLIENT, time);
	smtp_pending_add(s, what, bytes_first(path.address, SMTP_ADDRESS_MAX), NULL, time);
}

static void
on_mail(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	/* Chunks of a message that was refused are over now at the latest. */
	if (s->delivery != NULL && s->delivery->told)
		smtp_client_abandon(s);
	s->kept.sender_named = true;
	on_path(s, c, BYTES("FROM"), SMTP_AWAITS_MAIL, time);
}

static void
on_rcpt(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	if (!s->kept.sender_named && !s->transaction.has_sender && !s->kept.lossy)
		smtp_say(s, ANOMALY_RCPT_WITHOUT_MAIL, FROM_CLIENT, time);
	on_path(s, c, BYTES("TO"), SMTP_AWAITS_RCPT, time);
}

static void
on_data(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	/* DATA takes no argument: behind a gap a line of text may begin with this word. */
	if (s->kept.lossy && c->argument.len > 0) {
		await(s, SMTP_AWAITS_COMMAND, time);
		return;
	}
	s->state = SMTP_STATE_GO_AHEAD;
	await(s, SMTP_AWAITS_GO_AHEAD, time);
}

static void
on_bdat(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	uint64_t size;
	bool last;

	if (smtp_chunk_read(c->argument, &size, &last)) {
		smtp_client_begin_chunk(s, size, last, time);
		return;
	}
	smtp_say(s, ANOMALY_BAD_BDAT, FROM_CLIENT, time);
	await(s, SMTP_AWAITS_COMMAND, time);
}

static void
on_reset(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await_reset(s, SMTP_AWAITS_RESET, bytes_of(NULL, 0), time);
}

static void
on_auth(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	smtp_login_begin(s, c->argument, time);
	await(s, SMTP_AWAITS_AUTH, time);
}

static void
on_starttls(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await_reset(s, SMTP_AWAITS_STARTTLS, bytes_of(NULL, 0), time);
}

static void
on_turn(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await_reset(s, SMTP_AWAITS_TURN, bytes_of(NULL, 0), time);
}

static void
on_xclient(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await_reset(s, SMTP_AWAITS_XCLIENT, bytes_of(NULL, 0), time);
}

static void
on_quit(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	(void)c;
	await(s, SMTP_AWAITS_QUIT, time);
}

/* Words that mean nothing, again and again: somebody else's protocol. Behind a gap content may pass for commands: only a
 * dialogue that was seen whole is given up. */
static void
on_unknown(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	if (starttls_is_masked(c->word, BYTES("STARTTLS")))
		smtp_say(s, ANOMALY_STARTTLS_REWRITTEN, FROM_CLIENT, time);
	await(s, SMTP_AWAITS_COMMAND, time);
	if (s->kept.unknown_row < SMTP_UNKNOWN_ROW_MAX)
		s->kept.unknown_row++;
	if (s->kept.unknown_row < s->context->limits->unknown_commands || s->kept.lossy)
		return;
	smtp_say(s, ANOMALY_NOT_SMTP, FROM_CLIENT, time);
	s->kept.done = true;
}

typedef void act(struct smtp *, const struct smtp_command *, usec_t);

/* Verbs that are not listed await their reply and do no more. */
static act *const rows[SMTP_VERBS] = {
	[SMTP_UNKNOWN] = on_unknown,
	[SMTP_HELO] = on_hello,
	[SMTP_EHLO] = on_hello,
	[SMTP_LHLO] = on_hello,
	[SMTP_MAIL] = on_mail,
	[SMTP_SEND] = on_mail,
	[SMTP_SOML] = on_mail,
	[SMTP_SAML] = on_mail,
	[SMTP_RCPT] = on_rcpt,
	[SMTP_DATA] = on_data,
	[SMTP_BDAT] = on_bdat,
	[SMTP_RSET] = on_reset,
	[SMTP_AUTH] = on_auth,
	[SMTP_STARTTLS] = on_starttls,
	[SMTP_TURN] = on_turn,
	[SMTP_ATRN] = on_turn,
	[SMTP_XCLIENT] = on_xclient,
	[SMTP_QUIT] = on_quit,
};

void
smtp_command_act(struct smtp *s, const struct smtp_command *c, usec_t time)
{
	size_t before;

	if (smtp_pending_find(s, SMTP_AWAITS_STARTTLS, &before))
		smtp_say(s, ANOMALY_PLAINTEXT_AFTER_STARTTLS, FROM_CLIENT, time);
	/* A word nobody knows may be part of a login that was not understood, or of content. */
	if (c->verb == SMTP_UNKNOWN && (s->kept.auth_seen || s->kept.lossy))
		smtp_note_command(s, BYTES("?"));
	else
		smtp_note_command(s, c->word);
	if (c->verb != SMTP_UNKNOWN) {
		s->kept.unknown_row = 0;
		s->kept.known = true;
	}
	(rows[c->verb] != NULL ? rows[c->verb] : on_other)(s, c, time);
}
